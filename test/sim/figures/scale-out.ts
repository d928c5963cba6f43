import assert from 'node:assert/strict';
import { MEASURED } from '../../../lab/machines/simulated/figures.ts';
import { LAUNCH_LIMITS } from '../../../lib/aws/launch-pace.ts';
import { LIMITS } from '../../../lib/plan/limits.ts';
import { directCarrier } from '../clients.ts';
import { withWorkers } from '../spec.ts';
import { createWorld } from '../world.ts';
import { declared } from './declared.ts';

const MINUTE = 60_000;
/** From RunInstances' answer until EC2 calls an instance `running`. */
const PENDING = 1_500;
const ZONES = 3;

interface ScaleOut {
  readonly workers: number;
  readonly seconds: number;
  readonly leastSeconds: number;
  /** Seconds over the least. */
  readonly ratio: number;
  readonly callsPerWorker: number;
  /** By operation, the most frequent first. */
  readonly calls: readonly (readonly [string, number])[];
  /** Requests that EC2 refused as too many. */
  readonly refused: number;
}

/** From no worker to so many, under EC2's published limits of requests and of instances. */
export async function scaleOut(workers: number): Promise<ScaleOut> {
  const calls = new Map<string, number>();
  let refused = 0;
  const world = await createWorld({
    seed: 1,
    spec: declared({ workers: 0 }),
    overrides: { settings: { throttle: 'published', pendingMilliseconds: PENDING } },
    carrier: (region) => {
      const carry = directCarrier(region);
      return async (service, name, input, command) => {
        calls.set(name, (calls.get(name) ?? 0) + 1);
        try {
          return await carry(service, name, input, command);
        } catch (error) {
          if (error instanceof Error && error.name === 'RequestLimitExceeded') refused += 1;
          throw error;
        }
      };
    },
  });
  const isWhole = () => world.truth.flaws().length === 0;
  assert.ok(await world.clock.run(isWhole, 10 * MINUTE), world.truth.flaws().join('; '));
  // Until the buckets are full again and nobody is at work.
  await world.clock.advance(5 * MINUTE);
  calls.clear();

  await world.commit((spec) => withWorkers(spec, workers));
  const began = world.now();
  assert.ok(await world.clock.run(isWhole, 60 * MINUTE), world.truth.flaws().slice(0, 5).join('; '));
  const seconds = (world.now() - began) / 1000;
  assert.deepEqual(world.violations, []);
  const all = [...calls].sort(([, one], [, other]) => other - one);
  const leastSeconds = least(workers) / 1000;
  return {
    workers,
    seconds,
    leastSeconds,
    ratio: seconds / leastSeconds,
    callsPerWorker: all.reduce((sum, [, count]) => sum + count, 0) / workers,
    calls: all,
    refused,
  };
}

/**
 * The least that it can take, milliseconds: the last launch request goes out when EC2's buckets of requests and of instances
 * allow it (one request is for one zone, and for 100 instances at the most, as AWS advises). The last machine then is pending
 * and boots; meanwhile, its agent being up, the AWS CLI reads the token; then its engine joins. Each of these as long as
 * the slowest of many machines takes. Looking, planning, asking and Systems Manager take nothing.
 */
function least(workers: number): number {
  const { requests, instances } = LAUNCH_LIMITS;
  const needed = ZONES * Math.ceil(workers / ZONES / LIMITS.batch);
  const allowed = Math.max(
    ((needed - requests.size) / requests.refill) * 1000,
    ((workers - instances.size) / instances.refill) * 1000,
    0,
  );
  const { start, agent, cloudInit, engineStart, awsCli, join } = MEASURED;
  const boot = start[1] + Math.max(agent[1] + awsCli[1], cloudInit[1] + engineStart[1]);
  return allowed + PENDING + boot + join[1];
}
