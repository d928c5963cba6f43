import type { Clock } from '../../lib/clock.ts';

/** A clock that stands still until it is moved. */
export interface VirtualClock extends Clock {
  /** Runs everything that is due within the next `milliseconds`, in order, and ends exactly there. */
  advance(milliseconds: number): Promise<void>;
  /**
   * Jumps from timer to timer until `done()` holds, and says whether it did before `limit` milliseconds had gone by
   * or before there was nothing left to wait for.
   */
  run(done: () => boolean, limit: number): Promise<boolean>;
  /** Lets everything run that needs no time. */
  flush(): Promise<void>;
  /** Number of sleeps under way. */
  readonly pending: number;
}

interface Sleeper {
  readonly at: number;
  readonly order: number;
  readonly wake: () => void;
  cancelled: boolean;
}

/** A turn of the event loop: it comes after all microtasks, and sockets and streams get on meanwhile. */
const turnOfTheLoop = () => new Promise<void>((resolve) => setImmediate(resolve));

/**
 * After all microtasks, however long their chain is, but without a turn of the event loop: a fifth faster where there are
 * only promises, and a standstill where anything else is waited for.
 */
export const afterMicrotasks = () => new Promise<void>((resolve) => process.nextTick(resolve));

/**
 * Virtual time: timers fire in the order of their time, then of their making, and all promises that one wakes are
 * settled before the next fires. So a run is the same each time, and hours cost only what happens in them.
 *
 * @param start wall clock at the beginning, milliseconds since the epoch; the monotonic clock starts at 0
 * @param flush lets everything run that needs no time
 */
export function createVirtualClock(start: number, flush: () => Promise<void> = turnOfTheLoop): VirtualClock {
  let elapsed = 0;
  let made = 0;
  const heap: Sleeper[] = [];
  let live = 0;

  const next = (): Sleeper | undefined => {
    for (let top = heap[0]; top !== undefined; top = heap[0]) {
      if (!top.cancelled) return top;
      pop(heap);
    }
    return undefined;
  };

  const fire = async (sleeper: Sleeper) => {
    pop(heap);
    live -= 1;
    elapsed = Math.max(elapsed, sleeper.at);
    sleeper.wake();
    await flush();
  };

  return {
    now: () => start + elapsed,
    monotonic: () => elapsed,
    sleep(milliseconds, signal) {
      return new Promise((resolve, reject) => {
        if (signal?.aborted) {
          reject(signal.reason);
          return;
        }
        const onAbort = () => {
          sleeper.cancelled = true;
          live -= 1;
          reject(signal?.reason);
        };
        const sleeper: Sleeper = {
          at: elapsed + Math.max(0, milliseconds),
          order: made++,
          wake: () => {
            signal?.removeEventListener('abort', onAbort);
            resolve();
          },
          cancelled: false,
        };
        signal?.addEventListener('abort', onAbort, { once: true });
        push(heap, sleeper);
        live += 1;
      });
    },
    flush,
    async advance(milliseconds) {
      const end = elapsed + milliseconds;
      await flush();
      for (let due = next(); due !== undefined && due.at <= end; due = next()) await fire(due);
      elapsed = end;
    },
    async run(done, limit) {
      const end = elapsed + limit;
      await flush();
      while (!done()) {
        const due = next();
        if (due === undefined) return false;
        if (due.at > end) {
          elapsed = end;
          return false;
        }
        await fire(due);
      }
      return true;
    },
    get pending() {
      return live;
    },
  };
}

function before(a: Sleeper, b: Sleeper): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}

function push(heap: Sleeper[], item: Sleeper): void {
  let at = heap.length;
  heap.push(item);
  while (at > 0) {
    const up = (at - 1) >> 1;
    const parent = heap[up];
    if (parent === undefined || !before(item, parent)) break;
    heap[at] = parent;
    at = up;
  }
  heap[at] = item;
}

function pop(heap: Sleeper[]): void {
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return;
  let at = 0;
  for (;;) {
    let child = 2 * at + 1;
    let small = heap[child];
    if (small === undefined) break;
    const right = heap[child + 1];
    if (right !== undefined && before(right, small)) {
      child += 1;
      small = right;
    }
    if (!before(small, last)) break;
    heap[at] = small;
    at = child;
  }
  heap[at] = last;
}
