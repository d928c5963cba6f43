import type { SimulatedFleet } from '../../lab/machines/simulated/fleet.ts';
import type { Dice } from './dice.ts';
import type { Weather } from './weather.ts';

/** The same fleet, some of whose machines' boot scripts fail. */
export function withFailingBoots(fleet: SimulatedFleet, dice: Dice, weather: Weather): SimulatedFleet {
  return {
    ...fleet,
    async boot(order) {
      const booting = fleet.boot(order);
      if (dice.chance(weather.bootFails)) fleet.faults.failNextBoot(order.instanceId, 'no space left on device');
      await booting;
    },
  };
}
