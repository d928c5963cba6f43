import type {
  EngineProbe,
  InstanceSeen,
  MachineProbe,
  ProbeOutcome,
  RaftAge,
  SwarmNode,
} from '../../lib/observe/observation.ts';
import { CLUSTER_ID, MINUTE, NOW, SETTINGS } from './cluster-spec.ts';

export function nodeIdOf(id: string): string {
  return `node-${id.slice(-4)}`;
}

export function nodeFor(instance: InstanceSeen, leader = false, settings = SETTINGS): SwarmNode {
  const manager = instance.logicalId !== undefined;
  return {
    id: nodeIdOf(instance.id),
    version: 10,
    hostname: instance.id,
    role: manager ? 'manager' : 'worker',
    availability: 'active',
    state: 'ready',
    address: instance.privateIp ?? '',
    logicalId: instance.logicalId,
    settings,
    drainedByUs: false,
    tasks: undefined,
    raft: manager ? { reachability: 'reachable', leader, address: `${instance.privateIp}:2377` } : undefined,
  };
}

export function answered(probe: MachineProbe): ProbeOutcome {
  return { kind: 'answered', probe };
}

export function probeOf(
  instance: InstanceSeen,
  options: {
    readonly nodes?: readonly SwarmNode[];
    readonly engine?: Partial<Extract<EngineProbe, { state: 'up' }>>;
    readonly raftState?: 'present' | 'none';
    readonly raftAge?: RaftAge;
    readonly uptimeSeconds?: number;
  } = {},
): MachineProbe {
  return {
    instanceId: instance.id,
    bootId: `boot-${instance.id}`,
    uptimeSeconds: options.uptimeSeconds ?? 1800,
    clock: NOW,
    boot: { state: 'done' },
    freeBytes: 1e9,
    stateMounted: true,
    raftState: options.raftState ?? 'present',
    raftAge: options.raftAge,
    certificateEnds: NOW + 80 * 24 * 60 * MINUTE,
    engine: {
      state: 'up',
      version: '26.1.5',
      nodeId: nodeIdOf(instance.id),
      nodeAddress: instance.privateIp,
      localState: 'active',
      controlAvailable: true,
      error: undefined,
      clusterId: CLUSTER_ID,
      ...options.engine,
    },
    nodes: options.nodes,
    nodesComplete: true,
  };
}

/** A machine whose engine is up, in no Swarm, on a blank disk. */
export function blankProbe(instance: InstanceSeen): ProbeOutcome {
  const engine = {
    nodeId: undefined,
    nodeAddress: undefined,
    localState: 'inactive' as const,
    controlAvailable: false,
    clusterId: undefined,
  };
  return answered(probeOf(instance, { engine, raftState: 'none', uptimeSeconds: 20 }));
}
