import type {
  InstanceSeen,
  InterfaceSeen,
  Observation,
  ProbeOutcome,
  SwarmNode,
  VolumeSeen,
} from '../../lib/observe/observation.ts';
import type { LaunchRecord, MachineOrder, Records, RolloutRecord, Suspicion } from '../../lib/plan/records.ts';
import { batchSlot, type FormerGroup, type PlanInput, petSlot } from '../../lib/plan/world.ts';
import { configHash } from '../../lib/spec/config-hash.ts';
import type { CommittedSpec, GroupSpec } from '../../lib/spec/spec.ts';
import { answered, nodeFor, probeOf } from './cluster-answers.ts';
import { givenIp, launchRecord, networkInterface, volume } from './cluster-parts.ts';
import { CLUSTER_ID, committed, instanceId, MANAGER_IPS, MINUTE, NOW, zoneAt, zoneOfIp } from './cluster-spec.ts';

export * from './cluster-answers.ts';
export * from './cluster-parts.ts';
export * from './cluster-spec.ts';

/** A cluster as the planner sees it, open to being broken by a test. */
export interface TestCluster {
  committed: CommittedSpec;
  instances: InstanceSeen[];
  interfaces: InterfaceSeen[];
  volumes: VolumeSeen[];
  agentsOnline: Observation['agentsOnline'];
  probes: Map<string, ProbeOutcome> | undefined;
  records: {
    launches: Map<string, LaunchRecord>;
    genesis: Records['genesis'];
    suspicions: Map<string, Suspicion>;
    mode: Records['mode'];
    rollouts: Map<string, RolloutRecord>;
    recovery: Records['recovery'];
    rotation: Records['rotation'];
    orders: Map<string, MachineOrder>;
  };
  former: Map<string, FormerGroup>;
  now: number;
}

/** Only what `cdk deploy` built: interfaces and volumes, no machine. */
export function emptyCluster(options: Parameters<typeof committed>[0] = {}): TestCluster {
  const spec = committed(options);
  const managers = options.managers ?? MANAGER_IPS;
  return {
    committed: spec,
    instances: [],
    interfaces: managers.map((ip) => networkInterface(ip)),
    volumes: managers.map((ip) => volume(ip)),
    agentsOnline: { seen: true, value: new Set() },
    probes: undefined,
    records: {
      launches: new Map(),
      genesis: undefined,
      suspicions: new Map(),
      mode: 'active',
      rollouts: new Map(),
      recovery: undefined,
      rotation: undefined,
      orders: new Map(),
    },
    former: new Map(),
    now: NOW,
  };
}

/** Three managers and two workers, all well; `m1` leads. */
export function wholeCluster(options: Parameters<typeof committed>[0] = {}): TestCluster {
  const cluster = emptyCluster(options);
  const managers = options.managers ?? MANAGER_IPS;
  const workers = options.workers ?? 2;
  managers.forEach((ip, index) => {
    occupy(cluster, ip, instanceId(index + 1));
  });
  for (let index = 0; index < workers; index += 1) addWorker(cluster, instanceId(101 + index), zoneAt(index));
  for (const group of ['managers', 'workers']) settle(cluster, group);
  cluster.records.genesis = { seed: managers[0] ?? '', claimedAt: NOW - 50 * MINUTE, clusterId: CLUSTER_ID };
  cluster.agentsOnline = { seen: true, value: new Set(cluster.instances.map((one) => one.id)) };
  probeAll(cluster);
  return cluster;
}

/** The configuration that the group is declared with at this moment: a machine added now has it, and keeps it. */
export function declaredHash(cluster: TestCluster, group: string): string {
  const spec = cluster.committed.spec.groups[group];
  const image = cluster.committed.images[group];
  if (spec === undefined || image === undefined) throw new Error(`no group ${group} in this cluster`);
  return configHash(spec, image, group);
}

/** Another version of the spec is in force, in which the group is declared otherwise. */
export function redeclare(cluster: TestCluster, name: string, change: Partial<GroupSpec>): void {
  const { version, spec } = cluster.committed;
  const group = spec.groups[name];
  if (group === undefined) throw new Error(`no group ${name} in this cluster`);
  const groups = { ...spec.groups, [name]: { ...group, ...change } };
  cluster.committed = { ...cluster.committed, version: version + 1, spec: { ...spec, groups } };
}

/** The group's declared configuration was rolled out to the end: it is the one to go back to. */
export function settle(cluster: TestCluster, group: string): void {
  const good = { version: cluster.committed.version, hash: declaredHash(cluster, group) };
  cluster.records.rollouts.set(group, { group, good, halt: undefined, resumedAt: undefined });
}

/** Puts a running machine with its interface and volume at a logical ID, launched half an hour ago. */
export function occupy(cluster: TestCluster, ip: string, id: string, launchedAt = NOW - 30 * MINUTE): void {
  cluster.instances.push({
    id,
    state: 'running',
    group: 'managers',
    logicalId: ip,
    generation: 1,
    configHash: declaredHash(cluster, 'managers'),
    zone: zoneOfIp(ip),
    subnetId: undefined,
    privateIp: ip,
    launchedAt,
    volumeIds: [`vol-${ip}`],
  });
  cluster.interfaces = cluster.interfaces.map((one) =>
    one.logicalId === ip ? { ...one, status: 'in-use', attachedTo: id } : one,
  );
  cluster.volumes = cluster.volumes.map((one) =>
    one.logicalId === ip ? { ...one, state: 'in-use', attachedTo: id, attachment: 'attached' } : one,
  );
  const record = launchRecord(petSlot(ip), 'managers', [id], launchedAt, declaredHash(cluster, 'managers'));
  cluster.records.launches.set(petSlot(ip), record);
}

export function addWorker(cluster: TestCluster, id: string, zone: string, launchedAt = NOW - 30 * MINUTE): void {
  cluster.instances.push({
    id,
    state: 'running',
    group: 'workers',
    logicalId: undefined,
    generation: 1,
    configHash: declaredHash(cluster, 'workers'),
    zone,
    subnetId: undefined,
    privateIp: givenIp(id),
    launchedAt,
    volumeIds: [],
  });
  const slot = batchSlot('workers', zone);
  const before = cluster.records.launches.get(slot);
  const ids = [...(before?.instanceIds ?? []), id];
  cluster.records.launches.set(slot, launchRecord(slot, 'workers', ids, launchedAt, declaredHash(cluster, 'workers')));
}

/** The machine dies; EC2 has seen it, its interface and volume are free. */
export function terminate(cluster: TestCluster, id: string): void {
  cluster.instances = cluster.instances.map((one) => (one.id === id ? { ...one, state: 'terminated' } : one));
  cluster.interfaces = cluster.interfaces.map((one) =>
    one.attachedTo === id ? { ...one, status: 'available', attachedTo: undefined } : one,
  );
  cluster.volumes = cluster.volumes.map((one) =>
    one.attachedTo === id ? { ...one, state: 'available', attachedTo: undefined, attachment: undefined } : one,
  );
  if (cluster.agentsOnline.seen) {
    const online = new Set(cluster.agentsOnline.value);
    online.delete(id);
    cluster.agentsOnline = { seen: true, value: online };
  }
  cluster.probes?.delete(id);
}

export function planInput(cluster: TestCluster): PlanInput {
  return {
    committed: cluster.committed,
    observation: {
      at: cluster.now,
      instances: cluster.instances,
      interfaces: cluster.interfaces,
      volumes: cluster.volumes,
      agentsOnline: cluster.agentsOnline,
      probes: cluster.probes,
    },
    records: cluster.records,
    former: cluster.former,
    now: cluster.now,
  };
}

export function instanceOf(cluster: TestCluster, id: string): InstanceSeen {
  const instance = cluster.instances.find((one) => one.id === id);
  if (instance === undefined) throw new Error(`no instance ${id} in this cluster`);
  return instance;
}

/** The Swarm's node list as it is when everything is well. */
export function nodesOf(cluster: TestCluster): SwarmNode[] {
  return cluster.instances.filter((one) => one.state === 'running').map((one, index) => nodeFor(one, index === 0));
}

/** Every running manager answers, each with the list given. */
export function probeAll(cluster: TestCluster, nodes: readonly SwarmNode[] = nodesOf(cluster)): void {
  cluster.probes = new Map(
    cluster.instances
      .filter((one) => one.state === 'running' && one.group === 'managers')
      .map((one) => [one.id, answered(probeOf(one, { nodes }))]),
  );
}
