import { StartError } from './start.error.js';

const DEFAULT_PORT = 3000;
const MAX_PORT = 65_535;

/** The port from the environment variable `PORT`. */
export function portFrom(text: string | undefined): number {
  if (text === undefined) return DEFAULT_PORT;
  const port = /^\d+$/.test(text) ? Number(text) : NaN;
  if (port <= MAX_PORT) return port;
  throw new StartError(
    `PORT is ${JSON.stringify(text)}, but must be a whole number from 0 to ${MAX_PORT}; 0 takes any free port.`,
  );
}

/** Turns an error of `listen()` into one whose message helps the user, if its cause is known. */
export function listenError(port: number, error: unknown): unknown {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'EADDRINUSE':
      return new StartError(`Port ${port} is in use. Set PORT to another one; PORT=0 takes any free port.`);
    case 'EACCES':
      return new StartError(`Port ${port} is not for this user to open. Set PORT to one above 1023.`);
    default:
      return error;
  }
}
