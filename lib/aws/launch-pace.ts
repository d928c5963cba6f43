import type { Clock } from '../clock.ts';

/**
 * What EC2 lets an account ask for in a Region: so many `RunInstances` requests, and so many instances by them, at
 * once; and so many more with every second.
 * Source: https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html, "Request token bucket sizes and refill
 * rates" and "Resource token bucket sizes and refill rates".
 */
export const LAUNCH_LIMITS = {
  requests: { size: 5, refill: 2 },
  instances: { size: 1000, refill: 2 },
} as const;

/** Longer than this nobody is kept waiting: what a launch was planned from would grow old meanwhile. */
const PATIENCE = 5_000;

export interface LaunchPace {
  /**
   * Waits until a request for so many instances is within the limits, and counts it. What would take longer than
   * 5 s is not counted and not waited for.
   * @returns 0 when the request may be sent; else the milliseconds after which asking again can help
   */
  turn(instances: number): Promise<number>;
  /**
   * EC2 refused a request as one too many: others in the account launch as well, so what is left of the requests is theirs.
   * The instances are counted as before: which of the limits it was EC2 does not say, and they take minutes to come back.
   */
  refused(): void;
}

/** Keeps launches within the limits by counting along, from full buckets on. One for each invocation. */
export function createLaunchPace(clock: Clock): LaunchPace {
  const requests = new Bucket(LAUNCH_LIMITS.requests.size, LAUNCH_LIMITS.requests.refill);
  const instances = new Bucket(LAUNCH_LIMITS.instances.size, LAUNCH_LIMITS.instances.refill);
  return {
    async turn(count) {
      const now = clock.monotonic();
      const wait = Math.max(requests.waitFor(1, now), instances.waitFor(count, now));
      if (wait > PATIENCE) return wait;
      // Counted before the wait, so that who asks next waits behind this one.
      requests.take(1);
      instances.take(count);
      if (wait > 0) await clock.sleep(wait);
      return 0;
    },
    refused() {
      requests.drain(clock.monotonic());
    },
  };
}

/** A token bucket as AWS describes it: refilled once in a second, never above its size. Times are monotonic milliseconds. */
class Bucket {
  readonly #size: number;
  readonly #refill: number;
  /** Below zero: promised to those who wait already. */
  #tokens: number;
  #refilledAt: number | undefined;

  constructor(size: number, refill: number) {
    this.#size = size;
    this.#refill = refill;
    this.#tokens = size;
  }

  /** Milliseconds until there are as many; more than the bucket holds are never asked for. */
  waitFor(count: number, now: number): number {
    this.#fill(now);
    const missing = this.#need(count) - this.#tokens;
    if (missing <= 0 || this.#refilledAt === undefined) return 0;
    return this.#refilledAt + Math.ceil(missing / this.#refill) * 1000 - now;
  }

  take(count: number): void {
    this.#tokens -= this.#need(count);
  }

  drain(now: number): void {
    this.#fill(now);
    this.#tokens = Math.min(this.#tokens, 0);
  }

  #need(count: number): number {
    return Math.min(count, this.#size);
  }

  /** In whole seconds from the first draw: EC2's own seconds are not known, but as many of them have passed. */
  #fill(now: number): void {
    if (this.#refilledAt === undefined || this.#tokens >= this.#size) {
      this.#refilledAt = now;
      return;
    }
    const seconds = Math.floor((now - this.#refilledAt) / 1000);
    this.#refilledAt += seconds * 1000;
    this.#tokens = Math.min(this.#size, this.#tokens + seconds * this.#refill);
  }
}
