import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import type { AdapterResponse } from '../../common/http/raw-response.js';
import type { FindingsDocument } from '../../findings/finding.js';
import { FindingsHandle } from '../../findings/findings.handle.js';
import { NOT_STARTED } from '../history/history.endpoint.messages.js';
import { Answers } from '../streaming/answers.js';

/** Serves what is wrong now, as a `FindingsDocument`. */
@Controller()
export class FindingsController {
  constructor(
    @Inject(Answers) private readonly answers: Answers,
    @Inject(FindingsHandle) private readonly findings: FindingsHandle,
  ) {}

  @Get('findings')
  async read(@Req() request: unknown, @Res() response: AdapterResponse): Promise<void> {
    const answer = this.answers.begin(request, response);
    const { current } = this.findings;
    if (current === undefined) {
      await answer.sendText(503, NOT_STARTED, { 'Retry-After': '1' });
      return;
    }
    const document: FindingsDocument = { time: Date.now(), findings: current.findings };
    await answer.send({
      type: 'application/json; charset=utf-8',
      body: JSON.stringify(document),
      gzip: true,
    });
  }
}
