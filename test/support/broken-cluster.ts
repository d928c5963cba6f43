import fc from 'fast-check';
import type { InstanceSeen, SwarmNode } from '../../lib/observe/observation.ts';
import {
  addWorker,
  answered,
  blankProbe,
  committed,
  instanceId,
  instanceOf,
  MANAGER_IPS,
  NOW,
  nodesOf,
  occupy,
  planInput,
  probeAll,
  probeOf,
  type TestCluster,
  terminate,
  wholeCluster,
  zoneAt,
} from './cluster.ts';

/** What can have befallen one machine of a cluster that was whole. */
const FAULTS = [
  'none',
  'gone',
  'stopped',
  'leaving',
  'returned',
  'returned without its disk attached',
  'returned blank',
  'engine down',
  'raft error',
  'silent',
  'seen down',
  'boot failed',
] as const;
type Fault = (typeof FAULTS)[number];

const SUSPICIONS = [undefined, undefined, 'fresh', 'old', 'restarted'] as const;

/** A cluster that was whole, and then things happened to its machines; the answers fit together as they would. */
export const brokenCluster: fc.Arbitrary<TestCluster> = fc
  .record({
    workers: fc.integer({ min: 0, max: 4 }),
    declared: fc.integer({ min: 0, max: 5 }),
    faults: fc.array(fc.oneof({ arbitrary: fc.constant<Fault>('none'), weight: 4 }, fc.constantFrom(...FAULTS)), {
      minLength: 7,
      maxLength: 7,
    }),
    unconfirmed: fc.boolean(),
    suspicions: fc.array(fc.constantFrom(...SUSPICIONS), { minLength: 7, maxLength: 7 }),
    foreignNode: fc.boolean(),
    bootstrap: fc.constantFrom(false, false, false, true),
    claimed: fc.boolean(),
  })
  .map((parts) => {
    const cluster = parts.bootstrap ? bootstrapping(parts.claimed) : wholeCluster({ workers: parts.workers });
    cluster.committed = committed({ workers: parts.declared });
    if (parts.bootstrap) return cluster;
    const machines = [...cluster.instances];
    const nodes = nodesOf(cluster);
    const faults = new Map(machines.map((machine, index) => [machine.id, parts.faults[index] ?? 'none']));
    const seen = nodes.map((node) => nodeAfter(node, faults.get(node.hostname) ?? 'none'));
    const leader = seen.find((node) => node.raft !== undefined && node.state === 'ready');
    const led = seen.map((node) =>
      node.raft === undefined ? node : { ...node, raft: { ...node.raft, leader: node === leader } },
    );
    if (parts.foreignNode)
      led.push({
        ...nodeAfter(nodes[0] as SwarmNode, 'gone'),
        id: 'node-laptop',
        hostname: 'laptop',
        logicalId: undefined,
        settings: undefined,
        role: 'worker',
        raft: undefined,
        state: 'down',
      });
    for (const machine of machines) befall(cluster, machine, faults.get(machine.id) ?? 'none');
    probeAll(cluster, led);
    for (const machine of machines) answer(cluster, machine, faults.get(machine.id) ?? 'none');
    suspect(cluster, parts.suspicions);
    if (parts.unconfirmed) unconfirm(cluster);
    return cluster;
  });

function bootstrapping(claimed: boolean): TestCluster {
  const cluster = wholeCluster({ workers: 0 });
  cluster.records.genesis = claimed ? { seed: MANAGER_IPS[1], claimedAt: NOW, clusterId: undefined } : undefined;
  cluster.probes = new Map(cluster.instances.map((machine) => [machine.id, blankProbe(machine)]));
  return cluster;
}

function unconfirm(cluster: TestCluster): void {
  for (const [slot, record] of cluster.records.launches)
    cluster.records.launches.set(slot, { ...record, confirmedAt: undefined });
}

function successor(machine: InstanceSeen): string {
  return instanceId(Number.parseInt(machine.id.slice(2), 16) + 50);
}

function nodeAfter(node: SwarmNode, fault: Fault): SwarmNode {
  switch (fault) {
    case 'none':
    case 'silent':
      return node;
    default:
      return {
        ...node,
        state: 'down',
        raft: node.raft && { ...node.raft, reachability: fault === 'returned blank' ? 'reachable' : 'unreachable' },
      };
  }
}

function befall(cluster: TestCluster, machine: InstanceSeen, fault: Fault): void {
  const ip = machine.logicalId;
  const comesBack = fault.startsWith('returned');
  if (fault === 'gone' || comesBack) terminate(cluster, machine.id);
  if (fault === 'stopped' || fault === 'leaving') {
    const state = fault === 'stopped' ? 'stopped' : 'shutting-down';
    cluster.instances = cluster.instances.map((one) => (one.id === machine.id ? { ...one, state } : one));
  }
  if (!comesBack) return;
  const next = successor(machine);
  if (ip === undefined) addWorker(cluster, next, zoneAt(0), NOW - 20_000);
  else occupy(cluster, ip, next, NOW - 20_000);
  if (cluster.agentsOnline.seen)
    cluster.agentsOnline = { seen: true, value: new Set([...cluster.agentsOnline.value, next]) };
  if (fault === 'returned without its disk attached') {
    cluster.volumes = cluster.volumes.map((one) =>
      one.attachedTo === next ? { ...one, state: 'available', attachedTo: undefined, attachment: undefined } : one,
    );
  }
}

function answer(cluster: TestCluster, machine: InstanceSeen, fault: Fault): void {
  const { probes } = cluster;
  if (probes === undefined) return;
  const probe = probeOf(machine, { engine: { controlAvailable: machine.logicalId !== undefined } });
  switch (fault) {
    case 'returned blank':
      probes.set(successor(machine), blankProbe(instanceOf(cluster, successor(machine))));
      return;
    case 'returned':
      if (machine.logicalId === undefined)
        probes.set(successor(machine), blankProbe(instanceOf(cluster, successor(machine))));
      return;
    case 'engine down':
      probes.set(machine.id, answered({ ...probe, engine: { state: 'down' } }));
      return;
    case 'boot failed':
      probes.set(
        machine.id,
        answered({ ...probe, boot: { state: 'failed', reason: 'no disk' }, engine: { state: 'down' } }),
      );
      return;
    case 'raft error':
      probes.set(machine.id, answered(probeOf(machine, { engine: { localState: 'error', controlAvailable: false } })));
      return;
    case 'silent':
    case 'seen down':
      if (machine.logicalId !== undefined)
        probes.set(machine.id, { kind: 'silent', why: 'timeout', reason: 'no answer' });
      return;
    default:
      return;
  }
}

function suspect(cluster: TestCluster, drawn: readonly (typeof SUSPICIONS)[number][]): void {
  const symptoms = ['engine-down', 'silent', 'node-down', 'unreachable', 'boot-failed', 'raft-state'];
  cluster.instances.forEach((instance, index) => {
    const kind = drawn[index % drawn.length];
    if (kind === undefined) return;
    const symptom = symptoms[(index + drawn.length) % symptoms.length] ?? 'silent';
    // A worker's removal may have been begun.
    const leaving = instance.logicalId === undefined && kind === 'fresh';
    const broken = leaving ? 'leaving' : (planSymptom(cluster, instance.id) ?? symptom);
    const since = kind === 'fresh' ? NOW - 1_000 : NOW - 600_000;
    cluster.records.suspicions.set(instance.id, {
      instanceId: instance.id,
      symptom: broken,
      since,
      restartedAt: kind === 'restarted' ? NOW - 300_000 : undefined,
    });
  });
}

/** The symptom that the machine's own answer would be filed under, so that suspicions meet their machines. */
function planSymptom(cluster: TestCluster, id: string): string | undefined {
  const outcome = planInput(cluster).observation.probes?.get(id);
  const instance = instanceOf(cluster, id);
  if (outcome === undefined) return instance.logicalId === undefined ? 'node-down' : undefined;
  if (outcome.kind === 'silent') return 'silent';
  if (outcome.probe.boot.state === 'failed') return 'boot-failed';
  if (outcome.probe.engine.state === 'down') return 'engine-down';
  return outcome.probe.engine.localState === 'error' ? 'raft-state' : 'unreachable';
}
