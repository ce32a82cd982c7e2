import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import type { AdapterResponse } from '../../common/http/raw-response.js';
import type { FindingsDocument } from '../../findings/finding.js';
import { FindingsHandle } from '../../findings/findings.handle.js';
import { GroupHistoryHandle } from '../../group-history/group-history.handle.js';
import { NOT_STARTED } from '../history/history.endpoint.messages.js';
import type { PartRequest } from '../parts/part.js';
import { textAnswer } from '../parts/part.js';
import { Parts } from '../parts/parts.js';
import type { AnswerContent } from '../streaming/answer.js';

/** Serves what is wrong now, as a `FindingsDocument`: in all processes of a group, or in one of them. */
@Controller()
export class FindingsController {
  constructor(
    @Inject(Parts) private readonly parts: Parts,
    @Inject(FindingsHandle) private readonly findings: FindingsHandle,
    @Inject(GroupHistoryHandle) private readonly group: GroupHistoryHandle,
  ) {
    parts.add('findings', (request) => this.content(request));
  }

  @Get('findings')
  read(@Req() request: unknown, @Res() response: AdapterResponse): Promise<void> {
    return this.parts.serve('findings', request, response);
  }

  private async content({ isOwn, audience }: PartRequest): Promise<AnswerContent> {
    const [{ current: own }, group] = [this.findings, isOwn ? undefined : this.group.current];
    if (own === undefined) return textAnswer(503, NOT_STARTED, { 'Retry-After': '1' });
    const isRead = group !== undefined && !audience.isHead;
    const findings = isRead ? await group.findings() : own.findings;
    const document: FindingsDocument = { time: Date.now(), findings };
    return { type: 'application/json; charset=utf-8', body: JSON.stringify(document), gzip: true };
  }
}
