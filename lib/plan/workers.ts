import type { InstanceSeen } from '../observe/observation.ts';
import type { Herds } from './cattle.ts';
import type { Draft } from './draft.ts';
import type { Manager } from './genesis.ts';
import { workerHealth } from './health.ts';
import { LIMITS } from './limits.ts';
import { isMarked, MARK } from './marks.ts';
import { managersWhole, planWorkerJoins } from './membership.ts';
import { named } from './named.ts';
import { isBeingRolled } from './orders.ts';
import type { Occupant } from './pets.ts';
import { endsAMachine, type Gate, type Gates, planRepair } from './repair.ts';
import { mayRunTasks, nodesByInstance, type WholeView } from './swarm-view.ts';
import type { PlanInput } from './world.ts';

/** Workers that are to stay: repaired, or joined. */
export function planWorkers(
  input: PlanInput,
  draft: Draft,
  view: WholeView,
  occupants: readonly Occupant[],
  herds: Herds,
): void {
  const workers = workersOf(occupants, herds).map((worker) => ({
    ...worker,
    health: workerHealth(input, view, worker.instance),
  }));
  const down = workers.filter(({ health }) => health.kind === 'broken' && DOWN.has(health.symptom)).length;
  const wave = down > 1 && down > workers.length * LIMITS.waveShare;
  if (wave) {
    const reason = `${down} of ${workers.length} workers are down at once: none that runs is replaced for a while, then one after the other`;
    draft.hold('wave', 'workers', reason);
  }
  const blank: string[] = [];
  const coming = workers.some(({ health }) => health.kind === 'coming' || health.kind === 'blank');
  const gates = (instance: InstanceSeen): Gates => ({
    restart: () => undefined,
    replace: wave ? waveGate(input, draft, instance, coming) : () => undefined,
  });
  for (const { subject, group, instance, health } of workers) {
    if (health.kind === 'notAsked') draft.ask(instance.id);
    if (health.kind === 'blank') blank.push(instance.id);
    // What is remembered of it is that it is about to be replaced.
    if (health.kind === 'healthy' && isBeingRolled(input, group, instance)) continue;
    planRepair(input, draft, subject, instance, health, gates(instance));
  }
  planWorkerJoins(draft, view, blank);
}

/** Symptoms of which a cut in the network could be the cause. */
const DOWN: ReadonlySet<string> = new Set(['node-down', 'engine-down']);

/**
 * Many at once is more likely a cut in the network, which mends itself, than as many broken machines: so they are left
 * in peace for a while. After that they are replaced one after the other, each only when the one before has joined.
 */
function waveGate(input: PlanInput, draft: Draft, instance: InstanceSeen, coming: boolean): Gate {
  return () => {
    const since = input.records.suspicions.get(instance.id)?.since ?? input.now;
    if (input.now - since < LIMITS.wave) return { rule: 'wave', reason: 'too many are down at once' };
    if (coming || endsAMachine(draft.actions)) return { rule: 'wave', reason: 'another one is being replaced' };
    return undefined;
  };
}

function workersOf(
  occupants: readonly Occupant[],
  herds: Herds,
): readonly { readonly subject: string; readonly group: string; readonly instance: InstanceSeen }[] {
  const pets = occupants
    .filter(({ group, complete }) => complete && group.spec.flavor === 'swarm-worker')
    .map(({ logicalId, group, instance }) => ({ subject: logicalId, group: group.name, instance }));
  const cattle = herds.staying
    .filter(({ group }) => group.spec.flavor === 'swarm-worker')
    .map(({ group, instance }) => ({ subject: instance.id, group: group.name, instance }));
  return [...pets, ...cattle];
}

/** Cattle that are too many, or outdated: mark, drain, wait, remove from the Swarm, and only then end the machine (Safety 11). */
export function planLeavers(
  input: PlanInput,
  draft: Draft,
  view: WholeView,
  herds: Herds,
  managers: readonly Manager[],
): void {
  if (herds.leaving.length === 0) return;
  if (!managersWhole(view, managers)) {
    const subject = named(herds.leaving.map(({ instance }) => instance.id));
    draft.hold('scale-in', subject, 'not while a manager is unwell: broken members are repaired first');
    return;
  }
  const nodes = nodesByInstance(view);
  const done: string[] = [];
  for (const { instance, why } of herds.leaving) {
    const own = nodes.get(instance.id) ?? [];
    if (own.length === 0) {
      done.push(instance.id);
      continue;
    }
    if (!isMarked(input.records, instance.id, MARK.leaving)) {
      const suspicion = { instanceId: instance.id, symptom: MARK.leaving, since: input.now, restartedAt: undefined };
      draft.act({ kind: 'suspect', suspicion, reason: why });
      continue;
    }
    const since = input.records.suspicions.get(instance.id)?.since ?? input.now;
    for (const node of own) {
      // A drain that does not end within its time is not waited for: the tasks are moved by force.
      if (mayRunTasks(node) && input.now - since < LIMITS.drain) {
        draft.act({ kind: 'drainNode', nodeId: node.id, via: view.via, seconds: LIMITS.drainCall, reason: why });
      }
      draft.act({ kind: 'removeNode', nodeId: node.id, via: view.via, reason: why });
    }
  }
  if (done.length > 0) {
    const reason = 'they are to go, and none of them is in the Swarm';
    draft.act({ kind: 'terminate', instanceIds: done, reason });
  }
}
