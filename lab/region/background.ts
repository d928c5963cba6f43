/** Work that outlives the call that started it (a machine that boots, a volume that is attached), and its failures. */
export interface RegionFault {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** E.g. `boot i-0123…`. */
  readonly what: string;
  readonly error: unknown;
}

export class Background {
  readonly faults: RegionFault[] = [];
  readonly #now: () => number;
  readonly #running = new Set<Promise<void>>();
  readonly #listeners = new Set<(fault: RegionFault) => void>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Follows `work` to its end. A failure becomes a fault: kept, and told to listeners. */
  run(what: string, work: Promise<void>): void {
    const followed = work
      .catch((error: unknown) => this.fail(what, error))
      .finally(() => this.#running.delete(followed));
    this.#running.add(followed);
  }

  fail(what: string, error: unknown): void {
    const fault = { at: this.#now(), what, error };
    this.faults.push(fault);
    for (const listener of this.#listeners) listener(fault);
  }

  onFault(listener: (fault: RegionFault) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Resolves when nothing is under way any more, including what was started meanwhile. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }
}
