import type { BusEvent, RegionContext } from '../../../../lab/region/service.ts';
import { seededRandom } from '../../../../lab/sim/random.ts';
import type { Clock } from '../../../../lib/clock.ts';
import { systemClock } from '../../../../lib/system-clock.ts';

/** What a service shares with its Region, with everything it said kept for the test. */
export interface TestContext extends RegionContext {
  readonly emitted: BusEvent[];
  readonly calls: { service: string; action: string; error: string | undefined }[];
}

export function testContext(clock: Clock = systemClock): TestContext {
  const emitted: BusEvent[] = [];
  const calls: TestContext['calls'] = [];
  return {
    clock,
    random: seededRandom(1),
    account: '123456789012',
    region: 'us-east-1',
    zones: ['us-east-1a', 'us-east-1b', 'us-east-1c'],
    emit: (event) => {
      emitted.push(event);
    },
    called: (call) => {
      calls.push(call);
    },
    emitted,
    calls,
  };
}
