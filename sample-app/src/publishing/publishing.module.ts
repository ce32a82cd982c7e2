import { Module } from '@nestjs/common';
import { LogPublisher } from './log.publisher.js';

@Module({
  providers: [LogPublisher],
  exports: [LogPublisher],
})
export class PublishingModule {}
