export const ASYNC_CONTROLLER_CLASS =
  'false when it comes from a factory: Nest reads the guards of a controller before any factory runs, ' +
  'so a controller class stands beside useFactory, in forRootAsync({ controller, useFactory })';

export const NO_ASYNC_SOURCE =
  'MonitorModule.forRootAsync() needs one of useFactory (a function), useClass and useExisting to get its options from.';

export const NO_OPTIONS_GIVEN =
  'MonitorModule.forRootAsync(): the factory returned undefined in place of options. Does it lack a return? ' +
  'Return {} for the defaults.';

export const UNKNOWN_ASYNC_OPTION = (option: string, known: readonly string[]): string =>
  `MonitorModule: there is no "${option}" in forRootAsync(). What the factory gives are the options; beside it stand ` +
  `${known.join(', ')}.`;

export const PORT_WITHOUT_ENDPOINT =
  'not given when controller is false, since there is no endpoint to serve there then';

export const ASYNC_DECORATORS =
  'not given by a factory: Nest reads what is on a controller before any factory runs, so they stand beside useFactory, ' +
  'in forRootAsync({ decorators, useFactory })';

export const NOT_CONFIGURED =
  'MonitorModule was imported as a bare class. Import MonitorModule.forRoot(), with or without options.';

export const IMPORTED_TWICE =
  'MonitorModule.forRoot() was imported twice in this application, which would make two sets of counts. ' +
  'Import it once, in the root module: it is global, so every provider can inject MonitorService without importing it.';

export const NOBODY_LISTENS =
  'This application has no HTTP server to serve the monitor from, and no publisher: nobody will see the numbers. ' +
  'Give MonitorModule.forRoot() a publisher, or read MonitorService.metrics() yourself.';
