import { Session } from 'node:inspector';
import { describeThrown } from '../../common/show-value.js';
import { INSPECTOR_UNAVAILABLE } from '../diagnostics.messages.js';
import { InspectorUnavailableError } from './inspector-unavailable.error.js';

/**
 * Runs a function with an inspector session of this thread, which is disconnected in any case.
 *
 * @throws InspectorUnavailableError if Node does not allow it.
 */
export async function withInspector<T>(work: (session: InspectorSession) => Promise<T>): Promise<T> {
  const session = new Session();
  try {
    session.connect();
  } catch (thrown) {
    throw new InspectorUnavailableError(INSPECTOR_UNAVAILABLE(describeThrown(thrown).message));
  }
  try {
    return await work(new InspectorSession(session));
  } finally {
    session.disconnect();
  }
}

export class InspectorSession {
  constructor(private readonly session: Session) {}

  /** @throws Error with the message of the inspector. */
  post<T = void>(method: string, params: object = {}): Promise<T> {
    return new Promise((resolve, reject) => {
      this.session.post(method, params, (error, result) => {
        if (error === null) resolve(result as T);
        else reject(error instanceof Error ? error : new Error(JSON.stringify(error)));
      });
    });
  }
}
