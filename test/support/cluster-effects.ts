import type { SwarmNode } from '../../lib/observe/observation.ts';
import type { Action } from '../../lib/plan/action.ts';
import { instanceOf, nodeFor, volume } from './cluster.ts';
import { launch } from './cluster-launch.ts';
import { type ClusterModel, change, elect, revived, silenced } from './cluster-model.ts';

/**
 * Has an action its effect on the model. An action that a real cluster would refuse, or that would break it, throws.
 * @param recorded false: the controller ends before it can write down what came of a launch
 */
export function perform(model: ClusterModel, action: Action, recorded = true): void {
  const { cluster } = model;
  const { records } = cluster;
  switch (action.kind) {
    case 'launch':
      launch(model, action, recorded);
      return;
    case 'confirmLaunch':
    case 'abandonLaunch': {
      const record = records.launches.get(action.slot);
      if (record === undefined) throw new Error(`no launch of ${action.slot}`);
      const end = action.kind === 'confirmLaunch' ? { confirmedAt: cluster.now } : { state: 'failed' as const };
      records.launches.set(action.slot, { ...record, ...end });
      return;
    }
    case 'attachVolume':
      cluster.volumes = cluster.volumes.map((one) =>
        one.id === action.volumeId
          ? { ...one, state: 'in-use', attachedTo: action.instanceId, attachment: 'attached' }
          : one,
      );
      return;
    case 'terminate':
      for (const id of action.instanceIds) end(model, id);
      return;
    case 'claimGenesis':
      records.genesis = { seed: action.seed, claimedAt: cluster.now, clusterId: undefined };
      return;
    case 'recordGenesis':
      records.genesis = { seed: action.seed, claimedAt: cluster.now, clusterId: action.clusterId };
      return;
    case 'initSwarm':
      if (model.nodes.length > 0) throw new Error('a second Swarm is initialised');
      enter(model, action.instanceId, 'manager');
      return;
    case 'join':
      for (const id of action.instanceIds) enter(model, id, action.role);
      return;
    case 'createVolume': {
      model.serial += 1;
      const fresh = { ...volume(action.logicalId), id: `vol-${model.serial}`, zone: action.zone };
      cluster.volumes = [...cluster.volumes, fresh];
      return;
    }
    case 'markVolume':
      cluster.volumes = cluster.volumes.map((one) =>
        one.id === action.volumeId ? { ...one, mark: action.mark } : one,
      );
      return;
    case 'unmarkVolume':
      cluster.volumes = cluster.volumes.map((one) => (one.id === action.volumeId ? { ...one, mark: undefined } : one));
      return;
    case 'applySettings':
      for (const id of action.instanceIds) settle(model, id, action.hash);
      return;
    case 'stopEngine':
      setEngine(model, action.instanceId, 'down');
      change(model, action.nodeId, silenced);
      elect(model);
      return;
    case 'restartEngine': {
      records.suspicions.set(action.instanceId, action.suspicion);
      setEngine(model, action.instanceId, 'active');
      change(model, model.machines.get(action.instanceId)?.nodeId ?? '', revived);
      elect(model);
      return;
    }
    case 'promoteNode':
      change(model, action.nodeId, (node) => ({ ...node, role: 'manager', raft: raftOf(node) }));
      return;
    case 'activateNode':
      change(model, action.nodeId, (node) => ({ ...node, availability: 'active', drainedByUs: false, tasks: 2 }));
      return;
    case 'drainNode':
      change(model, action.nodeId, drained);
      return;
    case 'demoteNode':
      if (model.nodes.filter(({ raft }) => raft !== undefined).length === 1) throw new Error('the last manager');
      change(model, action.nodeId, (node) => ({ ...node, role: 'worker', raft: undefined }));
      elect(model);
      return;
    case 'removeNode':
      if (model.nodes.some(({ id, raft }) => id === action.nodeId && raft !== undefined))
        throw new Error(`${action.nodeId} is a manager still: it must be demoted before it is removed`);
      model.nodes = model.nodes.filter(({ id }) => id !== action.nodeId);
      return;
    case 'leaveSwarm': {
      const held = cluster.volumes.find(({ attachedTo }) => attachedTo === action.instanceId);
      if (held !== undefined) model.disks.delete(held.id);
      setEngine(model, action.instanceId, 'blank');
      return;
    }
    case 'forceNewCluster': {
      const own = model.machines.get(action.instanceId)?.nodeId;
      model.nodes = model.nodes.map((node) => ({
        ...(node.id === own ? revived(node) : silenced(node)),
        role: node.id === own ? 'manager' : 'worker',
        raft: node.id === own ? raftOf(node) : undefined,
      }));
      elect(model);
      return;
    }
    case 'closeRecovery':
      records.recovery = undefined;
      return;
    case 'closeOrder':
      records.orders.delete(action.instanceId);
      return;
    case 'rotateTokens':
      records.rotation = action.record;
      return;
    case 'settleRollout':
    case 'haltRollout':
      records.rollouts.set(action.record.group, action.record);
      return;
    case 'rollBack':
      rollBack(model, action);
      return;
    case 'suspect':
      records.suspicions.set(action.suspicion.instanceId, action.suspicion);
      return;
    case 'absolve':
      records.suspicions.delete(action.instanceId);
  }
}

function drained(node: SwarmNode): SwarmNode {
  return {
    ...node,
    availability: 'drain',
    drainedByUs: node.drainedByUs || node.availability === 'active',
    tasks: 0,
  };
}

function raftOf(node: SwarmNode): SwarmNode['raft'] {
  return { reachability: 'reachable', leader: false, address: `${node.address}:2377` };
}

function setEngine(model: ClusterModel, id: string, engine: 'active' | 'blank' | 'down'): void {
  const machine = model.machines.get(id);
  if (machine === undefined) throw new Error(`no machine ${id}`);
  machine.engine = engine;
}

function settle(model: ClusterModel, id: string, hash: string): void {
  const machine = model.machines.get(id);
  if (machine === undefined) throw new Error(`no machine ${id}`);
  machine.settings = hash;
  change(model, machine.nodeId ?? '', (node) => ({ ...node, settings: hash }));
}

function end(model: ClusterModel, id: string): void {
  const { cluster } = model;
  instanceOf(cluster, id);
  cluster.instances = cluster.instances.map((one) => (one.id === id ? { ...one, state: 'shutting-down' } : one));
  const nodeId = model.machines.get(id)?.nodeId;
  model.machines.delete(id);
  if (nodeId !== undefined) change(model, nodeId, silenced);
  elect(model);
}

/** The script refuses where the boot is not over: another join follows. */
function enter(model: ClusterModel, id: string, role: 'manager' | 'worker'): void {
  const { cluster } = model;
  const machine = model.machines.get(id);
  const instance = instanceOf(cluster, id);
  if (machine?.engine !== 'blank') return;
  if (role === 'manager' && model.nodes.some(({ logicalId }) => logicalId === instance.logicalId))
    throw new Error(`${instance.logicalId} joins while its former node is a member`);
  model.serial += 1;
  const nodeId = `node-${model.serial}`;
  const node = { ...nodeFor(instance, false, machine.settings), id: nodeId, tasks: 0 };
  model.nodes = [...model.nodes, { ...node, role, raft: role === 'manager' ? raftOf(node) : undefined }];
  machine.nodeId = nodeId;
  machine.engine = 'active';
  const held = cluster.volumes.find(({ attachedTo }) => attachedTo === id);
  if (held !== undefined) model.disks.set(held.id, nodeId);
  elect(model);
}

function rollBack(model: ClusterModel, action: Extract<Action, { kind: 'rollBack' }>): void {
  const { cluster } = model;
  const former = model.history.get(action.toVersion);
  const [spec, image] = [former?.spec.groups[action.group], former?.images[action.group]];
  if (spec === undefined || image === undefined) throw new Error(`no ${action.group} in version ${action.toVersion}`);
  const { committed } = cluster;
  const groups = { ...committed.spec.groups, [action.group]: spec };
  cluster.committed = {
    ...committed,
    version: committed.version + 1,
    spec: { ...committed.spec, groups },
    images: { ...committed.images, [action.group]: image },
  };
  cluster.records.rollouts.set(action.record.group, action.record);
}
