import type { Clock } from '../../../lib/clock.ts';
import { ServiceError } from '../protocol/service-error.ts';
import type { Params } from '../wire/query.ts';

/*
 * Token buckets of an account in a Region. Each request takes a token from its action's bucket; launching, starting,
 * stopping and terminating also take one for each instance from a second bucket. What exceeds either takes nothing.
 * Source of all figures: EC2 Developer Guide, "Request throttling for the Amazon EC2 API", tables "Request token bucket
 * sizes and refill rates" and "Resource token bucket sizes and refill rates", read in 2025.
 */

interface Rate {
  readonly size: number;
  readonly perSecond: number;
}

const READING: Rate = { size: 100, perSecond: 20 };
/** Of some reads, when neither filtered nor paginated. */
const READING_ALL: Rate = { size: 50, perSecond: 10 };
const CHANGING: Rate = { size: 50, perSecond: 5 };

const READ_WITH_CARE = new Set([
  'DescribeInstances',
  'DescribeInstanceStatus',
  'DescribeNetworkInterfaces',
  'DescribeSecurityGroups',
  'DescribeSnapshots',
  'DescribeVolumes',
]);

/** Actions with a bucket of their own size. */
const OF_THEIR_OWN: Readonly<Record<string, Rate>> = {
  CreateLaunchTemplateVersion: { size: 100, perSecond: 5 },
  CreateNetworkInterface: { size: 100, perSecond: 5 },
  CreateSnapshot: { size: 100, perSecond: 5 },
  CreateTags: { size: 100, perSecond: 10 },
  CreateVolume: { size: 100, perSecond: 5 },
  DeleteNetworkInterface: { size: 100, perSecond: 5 },
  DeleteSnapshot: { size: 100, perSecond: 5 },
  DeleteTags: { size: 100, perSecond: 10 },
  DeleteVolume: { size: 100, perSecond: 5 },
  RunInstances: { size: 5, perSecond: 2 },
  StartInstances: { size: 5, perSecond: 2 },
  TerminateInstances: { size: 100, perSecond: 5 },
};

/** Tokens for instances. */
const RESOURCES: Readonly<Record<string, Rate>> = {
  RunInstances: { size: 1000, perSecond: 2 },
  StartInstances: { size: 1000, perSecond: 2 },
  StopInstances: { size: 1000, perSecond: 20 },
  TerminateInstances: { size: 1000, perSecond: 20 },
};

/** What one request takes from which bucket. */
interface Draw {
  readonly bucket: string;
  readonly rate: Rate;
  readonly tokens: number;
}

export class Throttle {
  readonly #clock: Clock;
  readonly #buckets = new Map<string, { tokens: number; at: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @throws ServiceError `RequestLimitExceeded` when a bucket does not hold what the request takes */
  take(action: string, params: Params): void {
    const draws = drawsOf(action, params);
    const short = draws.find(({ bucket, rate, tokens }) => this.#level(bucket, rate) < tokens);
    if (short !== undefined) {
      throw new ServiceError(
        'RequestLimitExceeded',
        `Request limit exceeded: ${short.bucket} has fewer than ${short.tokens} tokens left; it gets ${short.rate.perSecond} a second, ${short.rate.size} at the most.`,
        503,
      );
    }
    for (const { bucket, rate, tokens } of draws) {
      this.#buckets.set(bucket, { tokens: this.#level(bucket, rate) - tokens, at: this.#clock.now() });
    }
  }

  #level(bucket: string, { size, perSecond }: Rate): number {
    const known = this.#buckets.get(bucket);
    if (known === undefined) return size;
    return Math.min(size, known.tokens + ((this.#clock.now() - known.at) / 1000) * perSecond);
  }
}

function drawsOf(action: string, params: Params): readonly Draw[] {
  const own = OF_THEIR_OWN[action] ?? (action.startsWith('Describe') ? READING : CHANGING);
  const unbounded = READ_WITH_CARE.has(action) && isUnbounded(params);
  const request: Draw = unbounded
    ? { bucket: `${action} without filter or page`, rate: READING_ALL, tokens: 1 }
    : { bucket: action, rate: own, tokens: 1 };
  const rate = RESOURCES[action];
  if (rate === undefined) return [request];
  const named = params.texts('InstanceId').length;
  const tokens = action === 'RunInstances' ? (params.whole('MaxCount') ?? 1) : named;
  return [request, { bucket: `${action} (instances)`, rate, tokens }];
}

function isUnbounded({ node }: Params): boolean {
  return ![...node.children.keys()].some((name) => name === 'Filter' || name === 'MaxResults' || name.endsWith('Id'));
}
