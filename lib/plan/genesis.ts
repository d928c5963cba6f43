import type { InstanceSeen } from '../observe/observation.ts';
import type { Draft } from './draft.ts';
import type { Health } from './health.ts';
import type { Occupant } from './pets.ts';
import type { SwarmView } from './swarm-view.ts';
import { instancesInOrder, isLive, ownEntry, type PlanInput, probeOf } from './world.ts';

export interface Manager {
  readonly logicalId: string;
  /** False: it is to be taken away, and votes until then. */
  readonly declared: boolean;
  /** `undefined` while there is no machine that runs with its volume. */
  readonly occupant: Occupant | undefined;
  readonly health: Health;
}

/**
 * The first initialisation of the Swarm. Once in a cluster's life, on one manager decided beforehand, and only when
 * every manager's disk has been looked at and none of them holds Raft state (Safety 4).
 * @returns true when there is a Swarm, it is on record, and the membership can be planned
 */
export function planGenesis(input: PlanInput, draft: Draft, view: SwarmView, managers: readonly Manager[]): boolean {
  const { genesis } = input.records;
  if (view.kind === 'notAsked') return false;
  if (view.kind === 'split') {
    const reason = `machines of this cluster are in different Swarms (${view.clusterIds.join(', ')}); nothing is done until one of them is left`;
    draft.hold('split', input.committed.spec.cluster, reason);
    return false;
  }
  if (view.kind === 'quorum' || view.kind === 'noQuorum') {
    if (genesis?.clusterId !== undefined && genesis.clusterId !== view.clusterId) {
      const reason = `the Swarm found is ${view.clusterId}, this cluster's is ${genesis.clusterId}; nothing is done to a foreign Swarm`;
      draft.hold('foreign-swarm', input.committed.spec.cluster, reason);
      return false;
    }
    if (view.kind === 'noQuorum') return false;
    if (genesis?.clusterId === undefined) {
      const seed = genesis?.seed ?? managers[0]?.logicalId ?? '';
      const reason = `the Swarm ${view.clusterId} is there; none is ever initialised again`;
      draft.act({ kind: 'recordGenesis', seed, clusterId: view.clusterId, reason });
      // As long as it is not on record, nobody but who began it is a member: a silent machine could not be told from one.
      return false;
    }
    return true;
  }
  if (genesis?.clusterId !== undefined) {
    if (managers.every((manager) => manager.health.kind === 'blank')) {
      const reason = `the Swarm ${genesis.clusterId} had state, and every manager's disk is blank now: it is not replaced by an empty one`;
      draft.hold('state-lost', input.committed.spec.cluster, reason);
    }
    return false;
  }
  planFirst(input, draft, managers);
  return false;
}

function planFirst(input: PlanInput, draft: Draft, managers: readonly Manager[]): void {
  const { genesis } = input.records;
  const open = managers.filter((manager) => manager.health.kind !== 'blank');
  if (open.length > 0) {
    for (const manager of open)
      draft.wait('blank disk to be confirmed, before a Swarm is initialised', manager.logicalId);
    return;
  }
  const strange = othersWithoutProof(input, managers);
  if (strange.length > 0) {
    for (const { id, state } of strange) {
      if (state === 'running' && probeOf(input, id) === undefined) draft.ask(id);
      draft.wait('blank disk to be confirmed, before a Swarm is initialised', id);
    }
    return;
  }
  const seed = genesis?.seed ?? managers[0]?.logicalId;
  if (seed === undefined) return;
  if (genesis === undefined) {
    draft.act({
      kind: 'claimGenesis',
      seed,
      reason: "no Swarm was ever initialised, and every manager's disk is blank",
    });
    return;
  }
  const machine = managers.find((manager) => manager.logicalId === seed)?.occupant;
  if (machine === undefined) {
    draft.hold('seed-missing', seed, `the seed ${seed} is not among the declared managers any more; declare it again`);
    return;
  }
  draft.act({
    kind: 'initSwarm',
    instanceId: machine.instance.id,
    logicalId: seed,
    reason: `${seed} was chosen to initialise the Swarm; every manager's disk is blank`,
  });
}

/** Managers' machines that no declared manager accounts for, and that do not say of their disk that it is blank. */
function othersWithoutProof(input: PlanInput, managers: readonly Manager[]): readonly InstanceSeen[] {
  const accounted = new Set(managers.map(({ occupant }) => occupant?.instance.id));
  return instancesInOrder(input).filter((instance) => {
    const group = ownEntry(input.committed.spec.groups, instance.group ?? '');
    if (!isLive(instance) || accounted.has(instance.id) || group?.flavor !== 'swarm-manager') return false;
    const answer = probeOf(input, instance.id);
    return answer?.kind !== 'answered' || answer.probe.raftState !== 'none';
  });
}
