/** One run of a function, for people and for the demo's bill. */
export interface Invocation {
  readonly requestId: string;
  readonly functionName: string;
  /** What caused it, e.g. `rule Everswarm-demo-schedule`, `invoke`, `asynchronous invoke`. */
  readonly trigger: string;
  /** 1 for the first run of an event; more for its retries. */
  readonly attempt: number;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly durationMs: number;
  readonly billedMs: number;
  /** Only of a cold start. */
  readonly initMs: number | undefined;
  readonly maxMemoryMb: number | undefined;
  readonly error: { readonly type: string; readonly message: string } | undefined;
}

/** Every finished invocation, oldest first; the newest 10,000 are kept. */
export class InvocationJournal {
  readonly #entries: Invocation[] = [];
  readonly #listeners = new Set<(invocation: Invocation) => void>();

  add(invocation: Invocation): void {
    this.#entries.push(invocation);
    if (this.#entries.length > 10_000) this.#entries.shift();
    for (const listener of this.#listeners) listener(invocation);
  }

  /** @param since milliseconds since the epoch: only those that started then or later. */
  list(since = 0): readonly Invocation[] {
    return this.#entries.filter((entry) => entry.startedAt >= since);
  }

  /** Told of every invocation that ended; returns the way to stop. */
  onInvocation(listener: (invocation: Invocation) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
