import type {
  EngineProbe,
  InstanceSeen,
  InterfaceSeen,
  MachineProbe,
  Observation,
  ProbeOutcome,
  SwarmNode,
  VolumeSeen,
} from '../../lib/observe/observation.ts';
import type { LaunchRecord, Records, Suspicion } from '../../lib/plan/records.ts';
import { batchSlot, type PlanInput, petSlot } from '../../lib/plan/world.ts';
import type { CommittedSpec, GroupSpec } from '../../lib/spec/spec.ts';

export const NOW = Date.parse('2026-01-02T03:04:05Z');
export const MINUTE = 60_000;
export const MANAGER_IPS = ['10.42.0.10', '10.42.1.10', '10.42.2.10'] as const;
export const ZONES = ['us-east-1a', 'us-east-1b', 'us-east-1c'] as const;
export const CLUSTER_ID = 'cl1';

/** `i-` and 17 digits; each number another instance. */
export function instanceId(number: number): string {
  return `i-${number.toString(16).padStart(17, '0')}`;
}

export function committed(
  options: { readonly managers?: readonly string[]; readonly workers?: number } = {},
): CommittedSpec {
  const base: Omit<GroupSpec, 'flavor' | 'allocation'> = {
    instanceType: 't4g.small',
    ami: { source: { kind: 'id', imageId: 'ami-1' }, docker: 'preinstalled' },
    volume: { sizeGiB: 20, type: 'gp3' },
    labels: {},
    initCommands: [],
  };
  return {
    version: 1,
    spec: {
      cluster: 'demo',
      network: { cidr: '10.42.0.0/16', zones: 3, subnetMask: 24 },
      groups: {
        managers: {
          ...base,
          flavor: 'swarm-manager',
          allocation: { kind: 'logicalIds', logicalIds: options.managers ?? MANAGER_IPS },
        },
        workers: { ...base, flavor: 'swarm-worker', allocation: { kind: 'size', size: options.workers ?? 2 } },
      },
    },
    deployment: {
      launchTemplates: { managers: { id: 'lt-m', version: '1' }, workers: { id: 'lt-w', version: '1' } },
      subnets: ZONES.map((zone, index) => ({ id: `subnet-${index}`, zone, cidr: `10.42.${index}.0/24` })),
    },
    images: {
      managers: { imageId: 'ami-1', rootDeviceName: '/dev/xvda' },
      workers: { imageId: 'ami-1', rootDeviceName: '/dev/xvda' },
    },
    committedAt: NOW - 60 * MINUTE,
    committedBy: 'test',
  };
}

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
  };
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
    records: { launches: new Map(), genesis: undefined, suspicions: new Map(), mode: 'active' },
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
  cluster.records.genesis = { seed: managers[0] ?? '', claimedAt: NOW - 50 * MINUTE, clusterId: CLUSTER_ID };
  cluster.agentsOnline = { seen: true, value: new Set(cluster.instances.map((one) => one.id)) };
  probeAll(cluster);
  return cluster;
}

export function zoneAt(index: number): string {
  return ZONES[index % ZONES.length] ?? ZONES[0];
}

export function zoneOfIp(ip: string): string {
  return zoneAt(Number(ip.split('.')[2]));
}

export function networkInterface(ip: string): InterfaceSeen {
  return {
    id: `eni-${ip}`,
    logicalId: ip,
    privateIp: ip,
    subnetId: `subnet-${Number(ip.split('.')[2]) % 3}`,
    zone: zoneOfIp(ip),
    status: 'available',
    attachedTo: undefined,
  };
}

export function volume(ip: string): VolumeSeen {
  return {
    id: `vol-${ip}`,
    logicalId: ip,
    zone: zoneOfIp(ip),
    state: 'available',
    attachedTo: undefined,
    attachment: undefined,
  };
}

/** Puts a running machine with its interface and volume at a logical ID, launched half an hour ago. */
export function occupy(cluster: TestCluster, ip: string, id: string, launchedAt = NOW - 30 * MINUTE): void {
  cluster.instances.push({
    id,
    state: 'running',
    group: 'managers',
    logicalId: ip,
    generation: 1,
    configHash: 'abc',
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
  cluster.records.launches.set(petSlot(ip), launchRecord(petSlot(ip), 'managers', [id], launchedAt));
}

export function addWorker(cluster: TestCluster, id: string, zone: string, launchedAt = NOW - 30 * MINUTE): void {
  cluster.instances.push({
    id,
    state: 'running',
    group: 'workers',
    logicalId: undefined,
    generation: 1,
    configHash: 'abc',
    zone,
    subnetId: undefined,
    privateIp: '10.42.0.77',
    launchedAt,
    volumeIds: [],
  });
  const slot = batchSlot('workers', zone);
  const before = cluster.records.launches.get(slot);
  cluster.records.launches.set(slot, launchRecord(slot, 'workers', [...(before?.instanceIds ?? []), id], launchedAt));
}

export function launchRecord(
  slot: string,
  group: string,
  instanceIds: readonly string[],
  launchedAt: number,
): LaunchRecord {
  return {
    slot,
    group,
    generation: 1,
    count: Math.max(1, instanceIds.length),
    request: {
      clientToken: 'token',
      launchTemplate: { id: 'lt', version: '1' },
      imageId: 'ami-1',
      instanceType: 't4g.small',
      userData: '',
      count: Math.max(1, instanceIds.length),
      placement: { kind: 'subnet', subnetId: 'subnet-0' },
      rootVolume: undefined,
      tags: {},
    },
    state: 'launched',
    instanceIds,
    intendedAt: launchedAt,
    launchedAt,
    confirmedAt: launchedAt + MINUTE,
    failures: 0,
    lastError: undefined,
  };
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

export function nodeIdOf(id: string): string {
  return `node-${id.slice(-4)}`;
}

/** The Swarm's node list as it is when everything is well. */
export function nodesOf(cluster: TestCluster): SwarmNode[] {
  return cluster.instances.filter((one) => one.state === 'running').map((one, index) => nodeFor(one, index === 0));
}

export function nodeFor(instance: InstanceSeen, leader = false): SwarmNode {
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
    raft: manager ? { reachability: 'reachable', leader, address: `${instance.privateIp}:2377` } : undefined,
  };
}

/** Every running manager answers, each with the list given. */
export function probeAll(cluster: TestCluster, nodes: readonly SwarmNode[] = nodesOf(cluster)): void {
  cluster.probes = new Map(
    cluster.instances
      .filter((one) => one.state === 'running' && one.group === 'managers')
      .map((one) => [one.id, answered(probeOf(one, { nodes }))]),
  );
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
    now: cluster.now,
  };
}

export function instanceOf(cluster: TestCluster, id: string): InstanceSeen {
  const instance = cluster.instances.find((one) => one.id === id);
  if (instance === undefined) throw new Error(`no instance ${id} in this cluster`);
  return instance;
}
