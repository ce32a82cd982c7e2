export const ASYNC_CONTROLLER_CLASS =
  'false when it comes from a factory: Nest reads the guards of a controller before any factory runs, ' +
  'so a controller class is given beside useFactory, in forRootAsync({ controller, useFactory })';

export const NO_ASYNC_SOURCE =
  'MonitorModule.forRootAsync() needs one of useFactory (a function), useClass and useExisting to get its options from.';

export const NO_OPTIONS_GIVEN =
  'MonitorModule.forRootAsync(): the factory returned undefined instead of options. Is a return statement missing? ' +
  'Return {} for the defaults.';

export const UNKNOWN_ASYNC_OPTION = (option: string, known: readonly string[]): string =>
  `MonitorModule: there is no "${option}" in forRootAsync(). The factory returns the options; beside it are allowed ` +
  `${known.join(', ')}.`;

export const PORT_WITHOUT_ENDPOINT = 'undefined when controller is false: there is no endpoint to serve';

export const DASHBOARD_WITHOUT_HISTORY =
  'false or undefined when history is false: the page shows the history';

export const ASYNC_DECORATORS =
  'not given by a factory: Nest reads the decorators of a controller before any factory runs, so they are given beside useFactory, ' +
  'in forRootAsync({ decorators, useFactory })';

export const NOT_CONFIGURED =
  'MonitorModule was imported as a bare class. Import MonitorModule.forRoot(), with or without options.';

export const IMPORTED_TWICE =
  'MonitorModule.forRoot() was imported twice in this application, which would make two sets of counts. ' +
  'Import it once, in the root module: it is global, so every provider can inject MonitorService without importing it.';

export const NOTHING_READS =
  'This application has no HTTP server to serve the monitor from, and no publisher, so nothing reads its metrics. ' +
  'Give MonitorModule.forRoot() a publisher, or read MonitorService.metrics() yourself.';
