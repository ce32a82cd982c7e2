import type { CanActivate } from '@nestjs/common';
import {
  Controller,
  ForbiddenException,
  Get,
  Post,
  Redirect,
  StreamableFile,
  UnauthorizedException,
  UseGuards,
} from '@nestjs/common';
import { EventEmitter } from 'node:events';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';

class MembersOnly implements CanActivate {
  canActivate(): never {
    throw new UnauthorizedException();
  }
}

class Nobody implements CanActivate {
  canActivate(): never {
    throw new ForbiddenException();
  }
}

async function* endlessly(): AsyncGenerator<string> {
  for (;;) {
    yield 'cat '.repeat(100);
    await sleep(5);
  }
}

/** The recorded application, rebuilt in Nest. */
@Controller()
export class CatsController {
  /** Emits `waiting` when a slow handler has begun. */
  readonly doorbell = new EventEmitter();

  @Get('cats')
  all(): object {
    return { cats: [] };
  }

  @Post('cats')
  add(): void {}

  @Get('account')
  @UseGuards(MembersOnly)
  account(): void {}

  @Get('vault')
  @UseGuards(Nobody)
  look(): void {}

  @Post('vault')
  @UseGuards(Nobody)
  put(): void {}

  @Get('broken')
  broken(): never {
    throw new Error('broken');
  }

  @Get('old')
  @Redirect('/cats')
  old(): void {}

  @Get('slow')
  async slow(): Promise<void> {
    this.doorbell.emit('waiting');
    await sleep(300);
  }

  @Get('stream')
  stream(): StreamableFile {
    return new StreamableFile(Readable.from(endlessly()));
  }
}
