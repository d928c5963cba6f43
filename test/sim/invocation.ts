import type { VirtualClock } from '../../lab/sim/clock.ts';
import type { Clock } from '../../lib/clock.ts';

export type InvocationState = 'running' | 'frozen' | 'killed' | 'ended';

/** Told of everything an invocation is about to do or has done; may kill it, freeze it, or throw in its stead. */
export interface CallWatch {
  /** @returns the call's number */
  before(invocation: Invocation, what: string): number;
  after(invocation: Invocation, what: string, call: number): void;
}

/** A frozen invocation may still be about to do what it was doing for this long after it was thawed, milliseconds. */
const JUST_THAWED = 30_000;

/**
 * One run of the function. Whatever it waits for (a timer, an answer) it gets only while it runs: killed, it gets
 * nothing more and so does nothing more; frozen, it gets it when it is thawed.
 */
export class Invocation {
  readonly id: number;
  readonly clock: Clock;
  /** Milliseconds by which its wall clock is ahead. */
  readonly skew: number;
  /** Milliseconds on the world's monotonic clock. */
  readonly deadline: number;
  state: InvocationState = 'running';
  /** Virtual time when it was last thawed: the world has moved on without it. */
  #thawedAt: number | undefined;
  readonly #base: VirtualClock;
  #thaw: (() => void)[] = [];

  constructor(options: {
    readonly id: number;
    readonly base: VirtualClock;
    readonly skew: number;
    readonly deadline: number;
  }) {
    const { base, skew } = options;
    this.id = options.id;
    this.skew = skew;
    this.deadline = options.deadline;
    this.#base = base;
    this.clock = {
      now: () => base.now() + skew,
      monotonic: () => base.monotonic(),
      sleep: async (milliseconds, signal) => {
        await base.sleep(milliseconds, signal);
        await this.gate();
      },
    };
  }

  get name(): string {
    return `#${this.id}`;
  }

  get over(): boolean {
    return this.state === 'killed' || this.state === 'ended';
  }

  remaining(): number {
    return this.deadline - this.#base.monotonic();
  }

  /** Was it thawed so lately that it may still send what it was about to send when it was frozen? */
  get isJustThawed(): boolean {
    return this.#thawedAt !== undefined && this.#base.monotonic() - this.#thawedAt < JUST_THAWED;
  }

  kill(): void {
    if (this.over) return;
    this.state = 'killed';
    this.#thaw = [];
  }

  freeze(): void {
    if (this.state === 'running') this.state = 'frozen';
  }

  thaw(): void {
    if (this.state !== 'frozen') return;
    this.state = 'running';
    this.#thawedAt = this.#base.monotonic();
    const waiting = this.#thaw;
    this.#thaw = [];
    for (const go of waiting) go();
  }

  /** Passes only while the invocation runs; never, once it was killed. */
  gate(): Promise<void> {
    switch (this.state) {
      case 'running':
      case 'ended':
        return Promise.resolve();
      case 'frozen':
        return new Promise((resolve) => this.#thaw.push(resolve));
      case 'killed':
        return new Promise(() => {});
    }
  }

  /**
   * One call to the outside.
   * @param run is told for how many milliseconds the invocation was frozen in the very moment of sending
   * @throws what `run` throws
   */
  async call<T>(what: string, watch: CallWatch, run: (heldBack: number) => Promise<T>): Promise<T> {
    await this.gate();
    const begun = this.#base.monotonic();
    const call = watch.before(this, what);
    await this.gate();
    try {
      return await run(this.#base.monotonic() - begun);
    } finally {
      // What was asked for has taken place by now; only whether anybody hears of it is open.
      watch.after(this, what, call);
      await this.gate();
    }
  }
}
