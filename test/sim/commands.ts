import type { Fleet } from '../../lab/machines/fleet.ts';
import type { AgentResult, AgentTask, Host } from '../../lab/machines/host.ts';
import type { VirtualClock } from '../../lab/sim/clock.ts';
import type { Dice } from './dice.ts';
import type { Timeline } from './timeline.ts';
import type { Weather } from './weather.ts';

interface CommandParts {
  readonly clock: VirtualClock;
  readonly dice: Dice;
  readonly weather: Weather;
  readonly timeline: Timeline;
  /** Told of each task as a machine begins with it. */
  began(instanceId: string, task: AgentTask): void;
  /** Told of each script's true end, whatever becomes of the report. */
  ended(instanceId: string, result: AgentResult): void;
}

/** The same fleet, between whose machines and Systems Manager commands get lost, late, doubled, and reports cut off. */
export function withFaultyCommands(fleet: Fleet, parts: CommandParts): Fleet {
  return { ...fleet, plug: (host) => fleet.plug(faultyHost(host, parts)) };
}

/** How late a command may come the second time, milliseconds: so late that a newer lease has used the machine meanwhile. */
const LONGEST_ECHO = 180_000;

function faultyHost(host: Host, { clock, dice, weather, timeline, began, ended }: CommandParts): Host {
  const later = (milliseconds: number, run: () => void) => {
    void clock.sleep(milliseconds).then(run);
  };
  return {
    ...host,
    agent: {
      connect(instanceId, deliver) {
        let connected = true;
        const begin = (task: AgentTask) => {
          if (!connected) return;
          began(instanceId, task);
          deliver(task);
        };
        const hangUp = host.agent.connect(instanceId, (task) => {
          if (dice.chance(weather.commandLost)) {
            timeline.add('fault', `${task.documentName} is lost on its way to ${instanceId}`);
            return;
          }
          const late = dice.chance(weather.commandLate) ? dice.within([2_000, 40_000]) : 0;
          if (late > 0) {
            timeline.add('fault', `${task.documentName} comes ${late} ms late to ${instanceId}`);
            later(late, () => begin(task));
          } else begin(task);
          if (dice.chance(weather.commandDoubled)) {
            timeline.add('fault', `${task.documentName} comes twice to ${instanceId}`);
            later(dice.within([100, LONGEST_ECHO]), () => begin(task));
          }
        });
        return () => {
          connected = false;
          hangUp();
        };
      },
      report(instanceId, result) {
        ended(instanceId, result);
        host.agent.report(instanceId, spoiled(result));
      },
    },
  };

  function spoiled(result: AgentResult): AgentResult {
    if (dice.chance(weather.commandFailed)) {
      return { ...result, status: 'Failed', exitCode: 1, stderr: 'everswarm: 1 the script broke off\n' };
    }
    if (dice.chance(weather.outputCut)) {
      return { ...result, stdout: result.stdout.slice(0, Math.floor(result.stdout.length * dice.random())) };
    }
    return result;
  }
}
