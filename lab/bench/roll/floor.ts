import { eventually, replaceManager, requestOf } from '../../demo/floor.ts';
import { untilWhole } from '../../demo/heal.ts';
import type { Progress } from '../../demo/progress.ts';
import type { Stage } from '../../demo/stage.ts';

/** What the replacement of one manager takes when nobody has to look or to decide. Seconds. */
export interface Floor {
  /** `systemctl stop` of its engine. */
  readonly stopSeconds: number;
  /** From the end of the machine until the next one is a reachable manager. */
  readonly backSeconds: number;
}

/** Replaces a follower's machine by a script, with the controller switched off. @throws ClaimError */
export async function managerFloor(stage: Stage, progress: Progress): Promise<Floor> {
  await stage.switchControllerOff();
  await eventually('the controller to be idle', () => stage.controllerIsIdle());
  try {
    const [nodes = [], machines, { records }] = await Promise.all([
      stage.engines.nodes(),
      stage.machines.running('managers'),
      stage.store.memory(),
    ]);
    const follower = nodes.find(({ managerStatus }) => managerStatus === 'Reachable');
    const machine = machines.find(({ id }) => id === follower?.hostname);
    if (follower === undefined || machine === undefined) throw new Error('no follower to replace');
    const began = performance.now();
    await stage.engines.run(machine.id, ['systemctl', 'stop', 'docker.socket', 'docker.service']);
    const stopped = performance.now();
    const victim = { machine, nodeId: follower.id };
    await stage.kill(machine.id);
    await replaceManager(stage, victim, requestOf(victim, [...records.launches.values()]));
    await untilWhole(stage, 'a follower replaced by a script: whole again', progress);
    return { stopSeconds: (stopped - began) / 1000, backSeconds: (performance.now() - stopped) / 1000 };
  } finally {
    await stage.switchControllerOn();
  }
}
