import { Session } from 'node:inspector';

/** An inspector session of this thread, which is always disconnected. */
export async function withInspector<T>(work: (session: InspectorSession) => Promise<T>): Promise<T> {
  const session = new Session();
  session.connect();
  try {
    return await work(new InspectorSession(session));
  } finally {
    session.disconnect();
  }
}

export class InspectorSession {
  constructor(private readonly session: Session) {}

  /** @throws Error with what the inspector says. */
  post<T = void>(method: string, params: object = {}): Promise<T> {
    return new Promise((resolve, reject) => {
      this.session.post(method, params, (error, result) => {
        if (error === null) resolve(result as T);
        else reject(error instanceof Error ? error : new Error(JSON.stringify(error)));
      });
    });
  }
}
