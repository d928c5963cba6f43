import { FAULT_TITLE, type Fault, type Victim, victimsOf } from './faults.ts';
import { ClaimError, type Progress } from './progress.ts';
import type { Stage } from './stage.ts';

/** One fault and the way back, as measured. Seconds are from the kill. */
export interface Heal {
  readonly fault: Fault;
  /** To the controller's first launch. */
  readonly detectSeconds: number;
  /** To every declared node ready and every manager reachable, by the engines' own word. */
  readonly wholeSeconds: number;
  /** The same loss in the same run, made good by a script with no controller in between. */
  readonly floorSeconds: number;
  readonly ratio: number;
  readonly sameNodeId: boolean;
  readonly sameAddress: boolean;
  readonly sameVolume: boolean;
  /** By the controller, from the kill until it was idle again. */
  readonly awsCalls: number;
  readonly lambdaMs: number;
}

export type ControllerHeal = Omit<Heal, 'floorSeconds' | 'ratio'>;

const PATIENCE_SECONDS = 240;

/** Strikes, and watches the controller heal. @throws ClaimError when something did not come back as it has to */
export async function healedByController(stage: Stage, fault: Fault, progress: Progress): Promise<ControllerHeal> {
  const victims = await victimsOf(stage, fault);
  progress.say(`killing ${victims.map(({ machine }) => `${machine.id} at ${machine.address}`).join(', ')}`);
  const killedAt = Date.now();
  await Promise.all(victims.map(({ machine }) => stage.kill(machine.id)));
  if (fault === 'kill-leader') await watchElection(stage, victims, progress);
  await untilWhole(stage, 'every declared node ready, every manager reachable', progress);
  const wholeAt = Date.now();

  const launched = (await stage.controllerCalls(killedAt)).find(({ action }) => action === 'RunInstances');
  if (launched === undefined) throw new ClaimError(FAULT_TITLE[fault], 'the controller launched nothing');
  const kept = await compare(stage, victims);
  if (fault !== 'kill-worker' && !(kept.sameNodeId && kept.sameAddress && kept.sameVolume)) {
    throw new ClaimError(FAULT_TITLE[fault], `did not come back as the same node: ${JSON.stringify(kept)}`);
  }
  await progress.until('the controller to be done', PATIENCE_SECONDS, async () =>
    (await stage.controllerIsIdle()) ? true : undefined,
  );
  return {
    fault,
    detectSeconds: (launched.at - killedAt) / 1000,
    wholeSeconds: (wholeAt - killedAt) / 1000,
    ...kept,
    awsCalls: (await stage.controllerCalls(killedAt)).length,
    lambdaMs: await stage.controllerMilliseconds(killedAt),
  };
}

/** @throws ClaimError */
export async function untilWhole(stage: Stage, what: string, progress: Progress): Promise<void> {
  let lacks: string | undefined = 'asking';
  await progress.until(
    what,
    PATIENCE_SECONDS,
    async () => {
      lacks = await stage.shortfall();
      return lacks === undefined ? true : undefined;
    },
    () => lacks ?? '',
  );
}

/** The election: won by one of the others, or by the dead one itself when it is back in time for it. */
async function watchElection(stage: Stage, victims: readonly Victim[], progress: Progress): Promise<void> {
  const dead = new Set(victims.map(({ machine }) => machine.id));
  const leader = await progress.until('a leader', PATIENCE_SECONDS, async () =>
    (await stage.engines.nodes())?.find((node) => node.managerStatus === 'Leader' && !dead.has(node.hostname)),
  );
  const again = victims.some(({ nodeId }) => nodeId === leader.id);
  progress.say(
    `${leader.hostname} leads now${again ? ', the same node as before, back in time for the election' : ''}`,
  );
}

/** Are the victims there again: same node, same address, same volumes, on another machine? */
async function compare(
  stage: Stage,
  victims: readonly Victim[],
): Promise<Pick<Heal, 'sameNodeId' | 'sameAddress' | 'sameVolume'>> {
  const [nodes = [], machines] = await Promise.all([stage.engines.nodes(), stage.machines.all()]);
  const pairs = victims.map((victim) => {
    const node = nodes.find(({ id }) => id === victim.nodeId);
    const machine = machines.find(({ id, state }) => id === node?.hostname && state === 'running');
    return { victim, node, machine: machine?.id === victim.machine.id ? undefined : machine };
  });
  return {
    sameNodeId: pairs.every(({ node, machine }) => node?.status === 'Ready' && machine !== undefined),
    sameAddress: pairs.every(({ victim, machine }) => machine?.address === victim.machine.address),
    sameVolume: pairs.every(({ victim, machine }) => machine?.volumes.join() === victim.machine.volumes.join()),
  };
}
