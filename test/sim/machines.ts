import type { AgentTask } from '../../lab/machines/host.ts';
import { createSimulatedFleet, type SimulatedFleet } from '../../lab/machines/simulated/fleet.ts';
import { createRegion, type Region } from '../../lab/region/region.ts';
import type { VirtualClock } from '../../lab/sim/clock.ts';
import { withFaultyCommands } from './commands.ts';
import type { Dice } from './dice.ts';
import { withFailingBoots } from './failing-boots.ts';
import type { Overrides } from './overrides.ts';
import { ScriptRules } from './script-rules.ts';
import type { Timeline } from './timeline.ts';
import type { Weather } from './weather.ts';

const ZONES = ['us-east-1a', 'us-east-1b', 'us-east-1c'];

interface MachineParts {
  readonly clock: VirtualClock;
  readonly weather: Weather;
  readonly timeline: Timeline;
  readonly overrides: Overrides;
  dice(stream: number): Dice;
  report(rule: string, what: string): void;
  /** Told of each script as a machine begins with it. */
  began(instanceId: string, task: AgentTask): void;
}

/** A region of simulated machines, between which and Systems Manager things go wrong. */
export function createMachines(parts: MachineParts): { readonly fleet: SimulatedFleet; readonly region: Region } {
  const { clock, weather, timeline, overrides, dice, report, began } = parts;
  const fleet = createSimulatedFleet({ clock, random: dice(1).random });
  overrides.machines?.(fleet);
  const scriptRules = new ScriptRules(report);
  const lifeOf = (instanceId: string) => `${instanceId} in life ${fleet.machines.get(instanceId)?.life ?? 0}`;
  const faulty = withFaultyCommands(withFailingBoots(fleet, dice(7), weather), {
    clock,
    dice: dice(2),
    weather,
    timeline,
    began: (instanceId, task) => {
      began(instanceId, task);
      scriptRules.began(lifeOf(instanceId), task);
    },
    ended: (instanceId, result) => scriptRules.ended(lifeOf(instanceId), result),
  });
  const region = createRegion({
    context: { clock, random: dice(3).random, account: '123456789012', region: 'us-east-1', zones: ZONES },
    settings: {
      pendingMilliseconds: 1_500,
      shutdownMilliseconds: 2_000,
      attachMilliseconds: 700,
      journalLength: 0,
      ...overrides.settings,
    },
    fleet: faulty,
  });
  return { fleet, region };
}
