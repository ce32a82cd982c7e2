/** An event for all clients, as it is sent. */
export interface EmittedEvent {
  readonly serial: number;
  readonly text: string;
}

/** Events that are kept for clients that are slightly behind. */
const KEPT = 120;

/** A buffer of the last events. Each client has its own position in it, and reads at its own speed. */
export class EmittedEvents {
  /** The number of the last event. */
  serial = 0;
  private list: EmittedEvent[] = [];
  private readonly listeners = new Set<() => void>();

  /** @param id the number from which a client continues after this event. */
  emit(name: string, data: string, id?: number): void {
    const text = `${id === undefined ? '' : `id: ${id}\n`}event: ${name}\ndata: ${data}\n\n`;
    this.list.push({ serial: ++this.serial, text });
    if (this.list.length > 2 * KEPT) this.list = this.list.slice(-KEPT);
    for (const listener of this.listeners) listener();
  }

  /** The events after this one; `undefined` if some of them are no longer kept. */
  after(serial: number): readonly EmittedEvent[] | undefined {
    const missing = this.serial - serial;
    return missing > this.list.length ? undefined : this.list.slice(this.list.length - missing);
  }

  /** @returns a function that ends the subscription. */
  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }
}
