import type {
  ArgumentsHost,
  CallHandler,
  CanActivate,
  ExceptionFilter,
  INestApplication,
  MiddlewareConsumer,
  NestInterceptor,
  NestModule,
  Type,
} from '@nestjs/common';
import {
  Body,
  Catch,
  ConflictException,
  Controller,
  Get,
  HttpCode,
  Module,
  Param,
  ParseIntPipe,
  Post,
  Redirect,
  RequestMethod,
  Res,
  Sse,
  StreamableFile,
  UnauthorizedException,
  UseFilters,
  UseGuards,
  VersioningType,
} from '@nestjs/common';
import { APP_INTERCEPTOR } from '@nestjs/core';
import { Readable } from 'node:stream';
import { interval, of, take } from 'rxjs';
import type { MonitorOptions } from '../../src/index.js';
import { MonitorModule } from '../../src/index.js';
import { moduleOf } from '../support/app.js';

/** The common part of Express and Fastify responses. */
interface AnyResponse {
  status(code: number): { send(body: string): void };
}

class Never implements CanActivate {
  canActivate(): boolean {
    return false;
  }
}

class Teapot extends Error {}

@Catch(Teapot)
class TeapotFilter implements ExceptionFilter {
  catch(_error: Teapot, host: ArgumentsHost): void {
    host.switchToHttp().getResponse<AnyResponse>().status(418).send('short and stout');
  }
}

/** A chunk, then the end or an error. */
function* chunks(after: () => void): Generator<Buffer> {
  yield Buffer.from('chunk');
  after();
}

@Controller({ path: 'cats', version: '1' })
class CatsController {
  @Get()
  all(): string {
    return 'cats';
  }

  @Post()
  add(@Body() body: unknown): unknown {
    return body;
  }

  @Get('guarded')
  @UseGuards(Never)
  guarded(): string {
    return 'never';
  }

  @Get('secret')
  secret(): string {
    throw new UnauthorizedException();
  }

  @Get('taken')
  taken(): string {
    throw new ConflictException();
  }

  @Get('broken')
  broken(): string {
    throw new Error('broken');
  }

  @Get('teapot')
  @UseFilters(TeapotFilter)
  teapot(): string {
    throw new Teapot();
  }

  @Get('accepted')
  @HttpCode(202)
  accepted(): string {
    return 'later';
  }

  @Get('moved')
  @Redirect('/elsewhere', 301)
  moved(): void {}

  @Get('at-once')
  atOnce(@Res() response: AnyResponse): void {
    response.status(203).send('at once');
  }

  @Get('late')
  late(@Res() response: AnyResponse): void {
    setImmediate(() => response.status(203).send('late'));
  }

  @Get('streamed')
  streamed(): StreamableFile {
    return new StreamableFile(Readable.from(chunks(() => {})));
  }

  @Get('torn')
  torn(): StreamableFile {
    const stream = Readable.from(
      chunks(() => {
        throw new Error('torn');
      }),
    );
    return new StreamableFile(stream).setErrorHandler((_error, response) => response.destroy?.());
  }

  @Get('endless')
  endless(): StreamableFile {
    return new StreamableFile(new Readable({ read() {} }).wrap(Readable.from(endless())));
  }

  @Sse('events')
  events() {
    return of({ data: 'one' }, { data: 'two' });
  }

  @Sse('endless-events')
  endlessEvents() {
    return interval(1).pipe(take(1_000_000));
  }

  @Get('hanging')
  hanging(): Promise<never> {
    return new Promise(() => {});
  }

  @Get('blocked')
  blocked(): string {
    return 'never: a middleware responds';
  }

  @Get('files/*')
  files(): string {
    return 'file';
  }

  @Get(':id')
  one(@Param('id', ParseIntPipe) id: number): number {
    return id;
  }
}

async function* endless(): AsyncGenerator<Buffer> {
  for (;;) yield await new Promise<Buffer>((resolve) => setImmediate(() => resolve(Buffer.alloc(1000))));
}

@Controller({ path: ['lions', 'tigers'], version: '1' })
class BigCatsController {
  @Get(':name/roar')
  roar(): string {
    return 'roar';
  }
}

/** Like a response cache: it responds itself, so no later interceptor sees the request. */
class Cache implements NestInterceptor {
  intercept(_context: unknown, _next: CallHandler) {
    return of('cached');
  }
}

/** A configuration of the application. */
export interface Setting {
  name: string;
  /** The prefix of every path of a controller. */
  base: string;
  options?: MonitorOptions;
  configure?: (app: INestApplication) => void;
  /** Adds a middleware for every path and method that calls `next()`. */
  wildcard?: boolean;
  /** Adds an interceptor before the monitor's that responds itself. */
  cached?: boolean;
}

export const SETTINGS: Setting[] = [
  { name: 'with the defaults', base: '' },
  { name: 'without the interceptor', base: '', options: { interceptor: false } },
  { name: 'with a global prefix', base: '/api', configure: (app) => app.setGlobalPrefix('api') },
  {
    name: 'with a prefix, versions in the URL and a wildcard middleware',
    base: '/api/v1',
    wildcard: true,
    configure: (app) => app.setGlobalPrefix('api').enableVersioning({ type: VersioningType.URI }),
  },
];

/** The root module of an application with this setting. */
export function zooOf({ options, wildcard = false, cached = false }: Setting): Type {
  const imports = [MonitorModule.forRoot(options)];
  const cache = moduleOf({ providers: [{ provide: APP_INTERCEPTOR, useClass: Cache }] });
  @Module({
    imports: cached ? [cache, ...imports] : imports,
    controllers: [CatsController, BigCatsController],
  })
  class Zoo implements NestModule {
    configure(consumer: MiddlewareConsumer): void {
      const pass = (_request: unknown, _response: unknown, next: () => void) => next();
      if (wildcard) consumer.apply(pass).forRoutes({ path: '*path', method: RequestMethod.ALL });
      consumer
        .apply((_request: unknown, response: { statusCode: number; end(): void }) => {
          response.statusCode = 429;
          response.end();
        })
        .forRoutes({ path: 'cats/blocked', method: RequestMethod.GET, version: '1' });
    }
  }
  return Zoo;
}
