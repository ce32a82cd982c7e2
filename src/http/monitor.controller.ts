import type { Type } from '@nestjs/common';
import { Controller, Get, Inject, Req, Res, UseGuards, VERSION_NEUTRAL } from '@nestjs/common';
import type { ServerResponse } from 'node:http';
import { pipeline, Readable } from 'node:stream';
import { MonitorService } from '../monitor.service.js';
import type { AdapterRequest } from './http-request.js';
import { rawRequest } from './http-request.js';
import { LoopbackGuard } from './loopback.guard.js';

/** A response as the adapter hands it on: Express gives Node's own, Fastify wraps it and must be told to let go. */
type AdapterResponse = ServerResponse | { raw: ServerResponse; hijack(): void };

/**
 * Serves the document. It reads as the reader `http`.
 *
 * It has no path of its own: {@link mountController} gives each application a subclass that has one.
 */
@Controller()
@UseGuards(LoopbackGuard)
export class MonitorController {
  constructor(@Inject(MonitorService) protected readonly monitor: MonitorService) {}

  /**
   * Answers with the document, and past every interceptor and serializer of the application, which would wrap it
   * in something that no collector understands.
   */
  @Get()
  async read(@Req() request: AdapterRequest, @Res() response: AdapterResponse): Promise<void> {
    // Nest sends HEAD here too. It asks what a GET would be like, and must not open a window that nobody sees.
    const isHead = rawRequest(request).method === 'HEAD';
    const pieces = isHead ? [] : await this.monitor.json('http');
    const raw = takeRaw(response);
    raw.writeHead(200, {
      'Content-Type': 'application/json; charset=utf-8',
      'Cache-Control': 'no-store',
      'X-Content-Type-Options': 'nosniff',
      ...(pieces.length > 0 && { 'Content-Length': lengthOf(pieces) }),
    });
    sendPieces(raw, pieces);
  }
}

/**
 * A controller class for one application. Nest reads a path off the class, and the one of a class that two
 * applications share would be the path of whichever started last.
 */
export function subclassController(
  base: Type<MonitorController> = MonitorController,
): Type<MonitorController> {
  return { [base.name]: class extends base {} }[base.name];
}

/**
 * Gives a class from {@link subclassController} its route, or takes its routes away. Nest reads routes after the
 * providers exist, so this may wait for options that come from one.
 */
export function mountController(
  controller: Type<MonitorController>,
  { path, host }: { path: string; host: string | undefined },
): void {
  // Neutral, so that the document stays where it is when the application's own routes get a version.
  Controller({ path, host, version: VERSION_NEUTRAL })(controller);
}

export function unmountController(controller: Type<MonitorController>): void {
  // A method of its own, without a route, hides the inherited one that has it.
  for (const name of Object.getOwnPropertyNames(MonitorController.prototype)) {
    if (name !== 'constructor') Object.defineProperty(controller.prototype, name, { value: () => {} });
  }
}

/** In bytes. */
function lengthOf(pieces: string[]): number {
  return pieces.reduce((length, piece) => length + Buffer.byteLength(piece), 0);
}

/** Sends one piece after the other, as the client takes them, and none to a client that is gone. */
function sendPieces(raw: ServerResponse, pieces: string[]): void {
  pipeline(Readable.from(pieces), raw, () => {
    // A client that went away is the client's own affair.
  });
}

function takeRaw(response: AdapterResponse): ServerResponse {
  if (!('raw' in response)) return response;
  response.hijack();
  return response.raw;
}
