export const NO_MONITOR = (value: string): string =>
  `recorded() needs the MonitorService, such as module.get(MonitorService), and was given ${value}.`;

export const OTHER_KIND = (name: string, kind: string, asked: string): string =>
  `"${name}" is a ${kind}, not a ${asked}. Read it with recorded(monitor).${kind}().`;
