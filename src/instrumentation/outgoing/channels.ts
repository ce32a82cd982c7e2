import { subscribe, unsubscribe } from 'node:diagnostics_channel';

/** The subscribers, by the name of their channel. */
export type Listeners = Readonly<Record<string, (message: never) => void>>;

/**
 * Subscribes to channels of Node and undici. Errors of a subscriber are caught, since Node would rethrow them as uncaught
 * exceptions, which end the process.
 *
 * @returns a function that unsubscribes.
 */
export function subscribeAll(listeners: Listeners, onError: (thrown: unknown) => void): () => void {
  const subscriptions = Object.entries(listeners).map(([channel, listener]) => {
    const guarded = (message: unknown): void => {
      try {
        listener(message as never);
      } catch (thrown) {
        onError(thrown);
      }
    };
    subscribe(channel, guarded);
    return () => void unsubscribe(channel, guarded);
  });
  return () => {
    for (const end of subscriptions) end();
  };
}
