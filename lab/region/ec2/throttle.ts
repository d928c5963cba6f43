import type { Clock } from '../../../lib/clock.ts';
import { ServiceError } from '../protocol/service-error.ts';

interface Bucket {
  tokens: number;
  at: number;
}

interface Rate {
  readonly size: number;
  readonly perSecond: number;
}

/** Source: EC2 Developer Guide, "Request throttling for the Amazon EC2 API", buckets of each action. */
function rateOf(action: string): Rate {
  if (action === 'RunInstances') return { size: 5, perSecond: 2 };
  if (action.startsWith('Describe')) return { size: 100, perSecond: 20 };
  return { size: 50, perSecond: 5 };
}

/** Token buckets, one an action. */
export class Throttle {
  readonly #clock: Clock;
  readonly #buckets = new Map<string, Bucket>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @throws ServiceError `RequestLimitExceeded` when the action's bucket is empty */
  take(action: string): void {
    const { size, perSecond } = rateOf(action);
    const now = this.#clock.now();
    const bucket = this.#buckets.get(action) ?? { tokens: size, at: now };
    bucket.tokens = Math.min(size, bucket.tokens + ((now - bucket.at) / 1000) * perSecond);
    bucket.at = now;
    this.#buckets.set(action, bucket);
    if (bucket.tokens < 1) throw new ServiceError('RequestLimitExceeded', `Request limit exceeded for ${action}.`, 503);
    bucket.tokens -= 1;
  }
}
