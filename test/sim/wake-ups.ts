import type { Region } from '../../lab/region/region.ts';
import type { BusEvent } from '../../lab/region/service.ts';
import type { VirtualClock } from '../../lab/sim/clock.ts';
import type { Dice } from './dice.ts';
import type { Weather } from './weather.ts';

/** Which changes of state the template's rule wakes for: lib/constructs/controller.ts. */
const WAKING = new Set(['running', 'shutting-down', 'terminated', 'stopping', 'stopped']);

interface WakeUpParts {
  readonly region: Region;
  readonly clock: VirtualClock;
  readonly dice: Dice;
  readonly weather: Weather;
  /** Told of each change of an instance's state at the moment that it happens. */
  changed(instanceId: string, state: string): void;
  /** Told of it when its event comes, if it comes. */
  wake(why: string): void;
}

/** The events of EC2 on their way to the function: late, lost, doubled, and in another order. */
export function deliverWakeUps({ region, clock, dice, weather, changed, wake }: WakeUpParts): void {
  region.onEvent((event) => {
    if (event['detail-type'] !== 'EC2 Instance State-change Notification') return;
    const { id, state } = stateChange(event);
    changed(id, state);
    if (!WAKING.has(state) || dice.chance(weather.eventLost)) return;
    const deliver = () => {
      const late = dice.chance(weather.eventLate) ? dice.within([1_000, 120_000]) : dice.within(weather.eventDelay);
      void clock.sleep(late).then(() => wake(`${id} is ${state}`));
    };
    deliver();
    if (dice.chance(weather.eventDoubled)) deliver();
  });
}

function stateChange(event: BusEvent): { readonly id: string; readonly state: string } {
  const detail = typeof event.detail === 'object' && event.detail !== null ? event.detail : {};
  return { id: String(Reflect.get(detail, 'instance-id')), state: String(Reflect.get(detail, 'state')) };
}
