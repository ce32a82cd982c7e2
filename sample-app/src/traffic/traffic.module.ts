import { Module } from '@nestjs/common';
import { TrafficService } from './traffic.service.js';

@Module({ providers: [TrafficService] })
export class TrafficModule {}
