import type { Lease, Store } from '../../lib/store/store.ts';
import type { Invocation } from './invocation.ts';

/**
 * Rules about the loop: one convergence acts at a time, and no wake-up is lost. What goes into the table is watched
 * where it is written, so that a call whose answer was lost counts as well.
 */
export class LoopRules {
  readonly #report: (rule: string, what: string) => void;
  #newestFence = 0;
  #wakes = 0;
  readonly #seen = new Map<Invocation, { wakes: number; released: boolean }>();

  constructor(parts: { report(rule: string, what: string): void }) {
    this.#report = parts.report;
  }

  watch(invocation: Invocation, store: Store): Store {
    return {
      ...store,
      wake: () => {
        this.#wakes += 1;
        return store.wake();
      },
      acquire: async (owner) => {
        const acquisition = await store.acquire(owner);
        if (acquisition.acquired) this.#acquired(invocation, acquisition.lease);
        return acquisition;
      },
      release: async (lease, seen) => {
        const wakes = this.#wakes;
        const release = await store.release(lease, seen);
        const own = this.#seen.get(invocation);
        if (release === 'released' && own !== undefined) own.released = own.wakes >= wakes;
        return release;
      },
    };
  }

  #acquired(invocation: Invocation, { fence }: Lease): void {
    if (fence < this.#newestFence) this.#report('fence-grows', `fence ${fence} after ${this.#newestFence}`);
    this.#newestFence = fence;
    this.#seen.set(invocation, { wakes: -1, released: false });
  }

  /** A pass begins to read the world. */
  observes(invocation: Invocation): void {
    const own = this.#seen.get(invocation);
    if (own !== undefined) own.wakes = this.#wakes;
  }

  /** An action is begun, also by one that was frozen just before: its lease was looked at after that. */
  acts(invocation: Invocation, fence: number): void {
    if (fence === this.#newestFence) return;
    this.#report(
      'one-acts-at-a-time',
      `${invocation.name} acts under fence ${fence}, the newest is ${this.#newestFence}`,
    );
  }

  /** It ended by itself: what woke anybody before it gave the lease back must have been looked at by it. */
  ended(invocation: Invocation, outcome: string): void {
    const own = this.#seen.get(invocation);
    this.#seen.delete(invocation);
    const finished = outcome === 'whole' || outcome === 'held';
    if (finished && own !== undefined && !own.released) {
      this.#report(
        'no-wake-up-is-lost',
        `${invocation.name} ended ${outcome} without having looked since the last wake-up`,
      );
    }
  }
}
