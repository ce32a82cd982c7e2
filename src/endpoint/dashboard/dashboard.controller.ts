import { Controller, Get, Inject, Req, Res, UseGuards } from '@nestjs/common';
import { LoopbackGuard } from '../../access/loopback.guard.js';
import type { AdapterResponse } from '../../common/http/raw-response.js';
import { targetOf } from '../negotiation/request-target.js';
import { Answers } from '../streaming/answers.js';
import { DashboardPage } from './dashboard.page.js';
import { NO_SUCH_ASSET } from './dashboard.messages.js';

/**
 * Nothing but the files of the page itself: no inline script or style, no other server, no frame around it. A metric name or
 * label could not run as a script even if it got into the HTML.
 */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Serves the live page and its assets. Its data comes from the other endpoints. */
@Controller()
@UseGuards(LoopbackGuard)
export class DashboardController {
  constructor(
    @Inject(Answers) private readonly answers: Answers,
    @Inject(DashboardPage) private readonly page: DashboardPage,
  ) {}

  @Get('dashboard')
  async html(@Req() request: unknown, @Res() response: AdapterResponse): Promise<void> {
    const answer = this.answers.begin(request, response);
    const { path } = targetOf(request);
    await answer.send({
      type: 'text/html; charset=utf-8',
      headers: {
        'Content-Security-Policy': CONTENT_SECURITY_POLICY,
        'Referrer-Policy': 'no-referrer',
      },
      // A link relative to /monitor/dashboard/ would have one segment too many.
      body: await this.page.html(path.endsWith('/') ? './' : './dashboard/'),
      gzip: true,
    });
  }

  @Get('dashboard/:asset')
  async asset(@Req() request: unknown, @Res() response: AdapterResponse): Promise<void> {
    const answer = this.answers.begin(request, response);
    const { path } = targetOf(request);
    const asset = await this.page.asset(path.slice(path.lastIndexOf('/') + 1), answer.acceptsGzip);
    if (asset === undefined) {
      await answer.sendText(404, NO_SUCH_ASSET);
      return;
    }
    const { type, body, isCompressed } = asset;
    await answer.send({
      type,
      headers: {
        // Its name changes with its content. Private: a shared cache would answer without the guard.
        'Cache-Control': 'private, max-age=31536000, immutable',
        ...(isCompressed && { 'Content-Encoding': 'gzip' }),
      },
      body,
    });
  }
}
