import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { Inject, Injectable } from '@nestjs/common';
import type { IncomingMessage } from 'node:http';
import { forwardedFor } from './forwarded-for.js';
import { peerAddress, rawRequest } from './http-request.js';
import { Localities } from './locality.js';

/**
 * Lets a request in that comes from this machine, and no other.
 *
 * Where it comes from is judged by the socket. A header can take access away, never give it: a request that was
 * forwarded for somebody who is not on this machine came through a proxy that is, and is refused. So is one
 * whose `X-Forwarded-For` cannot be read.
 */
@Injectable()
export class LoopbackGuard implements CanActivate {
  constructor(@Inject(Localities) protected readonly localities: Localities) {}

  canActivate(context: ExecutionContext): boolean {
    const request = rawRequest(context.switchToHttp().getRequest());
    if (request === undefined) return false;
    return this.isLoopback(peerAddress(request)) && this.isForwardedFromLoopback(request);
  }

  /** `true` for a request that was not forwarded at all. */
  protected isForwardedFromLoopback(request: IncomingMessage): boolean {
    const hops = forwardedFor(request.headers['x-forwarded-for']);
    return hops.every((hop) => this.localities.ofClaim(hop) === 'loopback');
  }

  protected isLoopback(address: string | undefined): boolean {
    return this.localities.of(address) === 'loopback';
  }
}
