import type { InstanceSeen, MachineProbe, ProbeOutcome, SwarmNode } from '../../lib/observe/observation.ts';
import type { CommittedSpec } from '../../lib/spec/spec.ts';
import { answered, CLUSTER_ID, NOW, probeOf, type TestCluster, wholeCluster } from './cluster.ts';

/** What a machine of the model is at. `error`: its disk holds Raft state of a member that was removed. */
export interface ModelMachine {
  engine: 'booting' | 'blank' | 'active' | 'down' | 'error';
  /** The Swarm node that its engine is. */
  nodeId: string | undefined;
  /** Of the group's labels, as it was booted or told since. */
  settings: string;
}

/** A cluster that does what it is told: time goes on in steps, every machine boots, every engine answers. */
export interface ClusterModel {
  readonly cluster: TestCluster;
  /** The Swarm as it is: all that works lists the same. */
  nodes: SwarmNode[];
  readonly machines: Map<string, ModelMachine>;
  /** By volume: the node whose Raft state it holds. */
  readonly disks: Map<string, string>;
  /** By version: every spec that was in force. */
  readonly history: Map<number, CommittedSpec>;
  /** By slot and generation: what was launched, so that a replay launches nothing. */
  readonly launched: Map<string, readonly string[]>;
  /** Machines of these configurations never finish their boot. */
  readonly doomed: Set<string>;
  serial: number;
}

/** Milliseconds of one step. */
export const STEP = 5_000;
const RUNS_AFTER = 5_000;
const BOOTED_AFTER = 15_000;

export function modelOf(cluster: TestCluster): ClusterModel {
  const model: ClusterModel = {
    cluster,
    nodes: [],
    machines: new Map(),
    disks: new Map(),
    history: new Map([[cluster.committed.version, cluster.committed]]),
    launched: new Map(),
    doomed: new Set(),
    serial: 1_000,
  };
  const leading = cluster.probes?.values().next().value;
  const nodes = leading?.kind === 'answered' ? (leading.probe.nodes ?? []) : [];
  model.nodes = nodes.map((node) => ({ ...node, tasks: 2 }));
  for (const { hostname, id, settings = '' } of nodes) {
    model.machines.set(hostname, { engine: 'active', nodeId: id, settings });
    for (const volume of cluster.volumes) if (volume.attachedTo === hostname) model.disks.set(volume.id, id);
  }
  return model;
}

/** A whole cluster to begin with. */
export function wholeModel(options: Parameters<typeof wholeCluster>[0] = {}): ClusterModel {
  const cluster = wholeCluster(options);
  cluster.now = NOW;
  return modelOf(cluster);
}

/** Time goes on by a step: machines come and go, engines take up what is on their disks, a leader is elected. */
export function pass(model: ClusterModel): void {
  const { cluster } = model;
  cluster.now += STEP;
  cluster.instances = cluster.instances.map((instance) => {
    const age = cluster.now - instance.launchedAt;
    if (instance.state === 'pending' && age >= RUNS_AFTER) return { ...instance, state: 'running' };
    if (instance.state !== 'shutting-down') return instance;
    free(cluster, instance.id);
    return { ...instance, state: 'terminated' };
  });
  for (const instance of cluster.instances) {
    const machine = model.machines.get(instance.id);
    if (instance.state === 'running' && machine?.engine === 'booting') boot(model, instance, machine);
  }
  elect(model);
}

function free(cluster: TestCluster, id: string): void {
  cluster.interfaces = cluster.interfaces.map((one) =>
    one.attachedTo === id ? { ...one, status: 'available', attachedTo: undefined } : one,
  );
  cluster.volumes = cluster.volumes.map((one) =>
    one.attachedTo === id ? { ...one, state: 'available', attachedTo: undefined, attachment: undefined } : one,
  );
}

function boot(model: ClusterModel, instance: InstanceSeen, machine: ModelMachine): void {
  const { cluster } = model;
  if (model.doomed.has(instance.configHash ?? '') || cluster.now - instance.launchedAt < BOOTED_AFTER) return;
  const volume = cluster.volumes.find(({ attachedTo }) => attachedTo === instance.id);
  if (instance.logicalId !== undefined && volume === undefined) return;
  const nodeId = model.disks.get(volume?.id ?? '');
  if (nodeId === undefined) {
    machine.engine = 'blank';
    return;
  }
  machine.nodeId = nodeId;
  machine.engine = model.nodes.some(({ id }) => id === nodeId) ? 'active' : 'error';
  const { settings } = machine;
  change(model, nodeId, (node) => ({ ...revived(node), hostname: instance.id, settings }));
}

/** The node as it is listed when its engine answers. */
export function revived(node: SwarmNode): SwarmNode {
  return { ...node, state: 'ready', raft: node.raft && { ...node.raft, reachability: 'reachable' } };
}

/** The node as it is listed when its engine does not. */
export function silenced(node: SwarmNode): SwarmNode {
  return {
    ...node,
    state: 'down',
    tasks: 0,
    raft: node.raft && { ...node.raft, reachability: 'unreachable', leader: false },
  };
}

export function change(model: ClusterModel, nodeId: string, how: (node: SwarmNode) => SwarmNode): void {
  model.nodes = model.nodes.map((node) => (node.id === nodeId ? { ...how(node), version: node.version + 1 } : node));
}

/** With no leader and a majority that works, the first of these leads. */
export function elect(model: ClusterModel): void {
  const voters = model.nodes.filter(({ raft }) => raft !== undefined);
  const well = voters.filter(({ state }) => state === 'ready');
  const [first] = well;
  if (first === undefined || voters.some(({ raft }) => raft?.leader) || well.length * 2 <= voters.length) return;
  change(model, first.id, (node) => ({ ...node, raft: node.raft && { ...node.raft, leader: true } }));
}

/** Lets the cluster be seen as it is: which agents are online, and what the managers and the machines asked answer. */
export function look(model: ClusterModel, asked: readonly string[]): void {
  const { cluster } = model;
  const awake = cluster.instances.filter(
    ({ id, state }) => state === 'running' && model.machines.get(id)?.engine !== 'booting',
  );
  cluster.agentsOnline = { seen: true, value: new Set(awake.map(({ id }) => id)) };
  cluster.probes = new Map(
    awake
      .filter(({ id, logicalId }) => logicalId !== undefined || asked.includes(id))
      .map((instance) => [instance.id, answerOf(model, instance)]),
  );
}

function answerOf(model: ClusterModel, instance: InstanceSeen): ProbeOutcome {
  const machine = model.machines.get(instance.id);
  const uptimeSeconds = (model.cluster.now - instance.launchedAt) / 1000;
  const nodeId = machine?.nodeId;
  const controls = model.nodes.some(({ id, raft }) => id === nodeId && raft !== undefined);
  const led = model.nodes.some(({ raft }) => raft?.leader);
  const idle = { nodeId: undefined, nodeAddress: undefined, controlAvailable: false, clusterId: undefined };
  const probe = (options: Parameters<typeof probeOf>[1]): MachineProbe =>
    probeOf(instance, { uptimeSeconds, ...options });
  switch (machine?.engine) {
    case 'active':
      return answered(
        probe({
          engine: { nodeId, controlAvailable: controls, clusterId: CLUSTER_ID },
          raftState: controls ? 'present' : 'none',
          ...(controls && led ? { nodes: model.nodes } : {}),
        }),
      );
    case 'error':
      return answered(probe({ engine: { ...idle, localState: 'error' } }));
    case 'down':
      return answered({ ...probe({}), engine: { state: 'down' } });
    default:
      return answered(probe({ engine: { ...idle, localState: 'inactive' }, raftState: 'none' }));
  }
}
