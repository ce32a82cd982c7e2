import { subscribe, unsubscribe } from 'node:diagnostics_channel';

/** What is subscribed to: by the name of a channel, what to do with its messages. */
export type Listeners = Readonly<Record<string, (message: never) => void>>;

/**
 * Subscribes to channels of Node and undici. Node rethrows what a subscriber throws as an uncaught exception, which would end
 * the process: it is caught.
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
