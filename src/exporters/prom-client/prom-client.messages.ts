/** A metric as it is named in a registry. */
interface NamedMetric {
  readonly name: string;
  readonly type: string;
}

export const LEFT_OUT = (ours: NamedMetric, theirs: NamedMetric, isOpenMetrics: boolean): string =>
  `The ${ours.type} "${ours.name}" of the monitor is left out of the prom-client registry${isOpenMetrics ? ' in the OpenMetrics format' : ''}: ` +
  `the registry has a ${theirs.type} of its own named "${theirs.name}"` +
  `${ours.name === theirs.name ? '' : ', and both names cannot be in one text'}. Rename one of them.`;
