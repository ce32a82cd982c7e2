import { ApplicationConfig, HttpAdapterHost, ModulesContainer } from '@nestjs/core';
import { Startup } from '../common/startup/startup.js';
import { BrowserRedirect } from '../endpoint/dashboard/browser-redirect.js';
import { MetricsReads, readsOf } from '../endpoint/metrics-reads.js';
import { AddressLog } from '../endpoint/mounting/address-log.js';
import { EndpointMount } from '../endpoint/mounting/endpoint-mount.js';
import { serveTrailingSlashes } from '../endpoint/mounting/trailing-slash.js';
import { MonitorPort } from '../endpoint/port/monitor-port.js';
import { Parts } from '../endpoint/parts/parts.js';
import { Answers } from '../endpoint/streaming/answers.js';
import { ReadLimiter } from '../endpoint/streaming/read-limiter.js';
import type { MetricsSource } from '../metrics/source/metrics-source.js';
import { METRICS_SOURCE } from '../metrics/source/metrics-source.js';
import type { ResolvedMonitorOptions } from '../monitor.options.js';
import { MONITOR_OPTIONS, servedAt } from '../monitor.options.js';
import { ProcessesHandle } from '../processes/processes.handle.js';
import type { Wiring } from './wiring.js';

/** What every endpoint needs. The controllers are those of `src/monitor.endpoints.ts`. */
export const ENDPOINT: Wiring = {
  providers: [
    ReadLimiter,
    {
      provide: MetricsReads,
      inject: [METRICS_SOURCE, ReadLimiter, ProcessesHandle],
      useFactory: (source: MetricsSource, limiter: ReadLimiter, processes: ProcessesHandle) =>
        new MetricsReads(readsOf(source, limiter), limiter, processes),
    },
    {
      provide: Answers,
      inject: [MONITOR_OPTIONS],
      useFactory: (options: ResolvedMonitorOptions) => new Answers(servedAt(options) === 'application'),
    },
    {
      provide: Parts,
      inject: [Answers, ProcessesHandle],
      useFactory: (answers: Answers, processes: ProcessesHandle) => new Parts(answers, processes),
    },
    {
      provide: BrowserRedirect,
      inject: [MONITOR_OPTIONS],
      useFactory: (options: ResolvedMonitorOptions) => new BrowserRedirect(options),
    },
    {
      provide: MonitorPort,
      inject: [MONITOR_OPTIONS, HttpAdapterHost, Startup],
      useFactory: ({ port }: ResolvedMonitorOptions, host: HttpAdapterHost, startup: Startup) => {
        const monitorPort = new MonitorPort(port, host);
        if (port.port !== undefined) startup.prepare(() => monitorPort.listen());
        return monitorPort;
      },
    },
    {
      provide: AddressLog,
      inject: [MONITOR_OPTIONS, HttpAdapterHost, ApplicationConfig],
      useFactory: (options: ResolvedMonitorOptions, host: HttpAdapterHost, config: ApplicationConfig) =>
        // On a virtual host, the address is not that of the server.
        servedAt(options) === 'application' && options.host === undefined
          ? new AddressLog(options.path, host, config)
          : undefined,
    },
    {
      provide: EndpointMount,
      inject: [MONITOR_OPTIONS, ModulesContainer, MonitorPort, HttpAdapterHost],
      useFactory: (
        options: ResolvedMonitorOptions,
        modules: ModulesContainer,
        port: MonitorPort,
        host: HttpAdapterHost,
      ) => {
        if (servedAt(options) === 'application') serveTrailingSlashes(host.httpAdapter);
        return new EndpointMount(options, servedAt(options), modules, port);
      },
    },
  ],
  exports: [MonitorPort, EndpointMount, MetricsReads, ReadLimiter, Answers, Parts, BrowserRedirect],
};
