import type { Finding } from './finding.js';

export const BEGINS = ({ title, advice, link }: Finding): string => `${title} ${advice} See ${link}`;

export const ENDS = ({ title }: Finding, duration: string): string => `Over after ${duration}: ${title}`;

export const RULE_FAILED = (rule: string, message: string): string =>
  `The rule "${rule}" failed, so it finds nothing: ${message}`;
