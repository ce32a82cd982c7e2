/** An event for all clients, as it is sent. */
export interface EmittedEvent {
  readonly serial: number;
  readonly text: string;
}

/** Events for clients that are a little behind. */
const KEPT = 120;

/** The last events. Each client has its own place in them, and takes them as fast as it can. */
export class EmittedEvents {
  /** The number of the last event. */
  serial = 0;
  private list: EmittedEvent[] = [];
  private readonly listeners = new Set<() => void>();

  /** @param id by which a client continues after this event. */
  emit(name: string, data: string, id?: number): void {
    const text = `${id === undefined ? '' : `id: ${id}\n`}event: ${name}\ndata: ${data}\n\n`;
    this.list.push({ serial: ++this.serial, text });
    if (this.list.length > 2 * KEPT) this.list = this.list.slice(-KEPT);
    for (const listener of this.listeners) listener();
  }

  /** The events after this one; `undefined` if they are not all there any more. */
  after(serial: number): readonly EmittedEvent[] | undefined {
    const missing = this.serial - serial;
    return missing > this.list.length ? undefined : this.list.slice(this.list.length - missing);
  }

  /** @returns ends the subscription. */
  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }
}
