import type { BusEvent } from './region/service.ts';

export interface PastEvent extends BusEvent {
  /** Grows by one with each event, from 1. */
  readonly number: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** The newest thousand events of the bus. */
export class EventHistory {
  readonly #now: () => number;
  readonly #events: PastEvent[] = [];
  #count = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  add(event: BusEvent): void {
    this.#count += 1;
    this.#events.push({ ...event, number: this.#count, at: this.#now() });
    if (this.#events.length > 1000) this.#events.shift();
  }

  /** Those after the one of that number, oldest first. */
  after(number: number): readonly PastEvent[] {
    return this.#events.filter((event) => event.number > number);
  }
}
