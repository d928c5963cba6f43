import type { Clock } from '../clock.ts';
import { type Lease, LeaseLostError, type Store } from '../store/store.ts';

/** The lease lasts 30 s; an effect is started only this long after its last renewal, by the local monotonic clock. */
const FRESH_FOR_EFFECTS = 20_000;
const RENEW_EVERY = 8_000;

/** Keeps one lease alive while work is done under it, and says whether an effect may still be started. */
export class LeaseKeeper {
  readonly lease: Lease;
  readonly #store: Store;
  readonly #clock: Clock;
  #renewedAt: number;
  #wanted: number;
  #lost: LeaseLostError | undefined;

  constructor(store: Store, clock: Clock, lease: Lease, wanted: number, acquiredAt: number) {
    this.#store = store;
    this.#clock = clock;
    this.lease = lease;
    this.#wanted = wanted;
    this.#renewedAt = acquiredAt;
  }

  /** The newest wake-up that was read. */
  get wanted(): number {
    return this.#wanted;
  }

  /** @throws LeaseLostError */
  async renew(): Promise<void> {
    if (this.#lost !== undefined) throw this.#lost;
    // The clock is read before the call: a slow answer must not make the lease look younger than it is.
    const asked = this.#clock.monotonic();
    const { wanted } = await this.#store.renew(this.lease);
    this.#renewedAt = asked;
    this.#wanted = Math.max(this.#wanted, wanted);
  }

  /** Makes sure, before an effect, that nobody else can have taken over. @throws LeaseLostError */
  async ensureFresh(): Promise<void> {
    if (this.#lost !== undefined) throw this.#lost;
    // Again and again: a function may be frozen while it waits for the answer, and the lease it was told of be gone by then.
    while (this.#clock.monotonic() - this.#renewedAt >= FRESH_FOR_EFFECTS) await this.renew();
  }

  /** Runs `work` and renews the lease meanwhile. @throws LeaseLostError when it was lost on the way */
  async during<T>(work: () => Promise<T>): Promise<T> {
    const over = new AbortController();
    const renewals = this.#renewUntil(over.signal);
    try {
      return await work();
    } finally {
      over.abort('the work is done');
      await renewals;
    }
  }

  async #renewUntil(signal: AbortSignal): Promise<void> {
    for (;;) {
      const slept = await this.#clock.sleep(RENEW_EVERY, signal).then(
        () => true,
        () => false,
      );
      if (!slept || signal.aborted) return;
      try {
        await this.renew();
      } catch (error) {
        if (error instanceof LeaseLostError) {
          this.#lost = error;
          return;
        }
        // Anything else is a passing fault: `ensureFresh` decides by the age of the last renewal that succeeded.
      }
    }
  }
}
