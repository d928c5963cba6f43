import { createHash } from 'node:crypto';

export type LineKind = 'fault' | 'lambda' | 'call' | 'pass' | 'action' | 'state' | 'user' | 'violation';

/** What happened, one line each, in virtual time. Its hash is how two runs are compared. */
export class Timeline {
  readonly #now: () => number;
  readonly #keep: boolean;
  readonly #hash = createHash('sha256');
  readonly lines: string[] = [];

  /** @param now milliseconds since the world began. @param keep false: only the hash is kept */
  constructor(now: () => number, keep: boolean) {
    this.#now = now;
    this.#keep = keep;
  }

  add(kind: LineKind, text: string): void {
    const line = `${(this.#now() / 1000).toFixed(3).padStart(10)} ${kind.padEnd(9)} ${text}`;
    this.#hash.update(line);
    if (this.#keep) this.lines.push(line);
  }

  digest(): string {
    return this.#hash.copy().digest('hex');
  }
}
