import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createVirtualClock } from '../../../lab/sim/clock.ts';
import type { CommandOutcome } from '../../../lib/aws/run-command.ts';
import type { InstanceSeen, MachineProbe, SwarmNode } from '../../../lib/observe/observation.ts';
import { probeMachines } from '../../../lib/observe/probe.ts';
import { parseProbeReport } from '../../../lib/observe/probe-report.ts';
import type { Action } from '../../../lib/plan/action.ts';
import { reconcile } from '../../../lib/reconcile/reconcile.ts';
import { settingsHash } from '../../../lib/spec/settings-hash.ts';
import { createMemoryStore } from '../../../lib/store/memory.ts';
import { NOW, planInput, probeOf, wholeCluster } from '../../support/cluster.ts';

/** What a whole cluster's machines say; every pass hears them garbled. */
const CLUSTER = wholeCluster();
const REPORTS = new Map(CLUSTER.instances.map((instance) => [instance.id, reportOf(saidBy(instance))]));
const HARMLESS: ReadonlySet<Action['kind']> = new Set([
  'confirmLaunch',
  'absolve',
  'suspect',
  'recordGenesis',
  'settleRollout',
]);

/** Of a settings' hash one character may be spoilt: what is declared is applied again then, which the machine has already. */
function isHarmless(action: Action): boolean {
  if (action.kind !== 'applySettings') return HARMLESS.has(action.kind);
  const group = CLUSTER.committed.spec.groups[action.group];
  return group !== undefined && action.hash === settingsHash(group);
}

function saidBy(instance: InstanceSeen): MachineProbe {
  const said = CLUSTER.probes?.get(instance.id);
  return said?.kind === 'answered' ? said.probe : probeOf(instance, { engine: { controlAvailable: false } });
}

/** The report that a machine would print: templates/README.md. */
function reportOf(probe: MachineProbe): string {
  const { engine, nodes } = probe;
  assert.ok(engine.state === 'up' && probe.boot.state !== 'failed');
  const { state: _, nodeAddress, nodeId, clusterId, error, ...info } = engine;
  const empty = (text: string | undefined) => text ?? '';
  return [
    'everswarm-probe 1',
    `instance ${probe.instanceId}`,
    'boot-id 9eb15cb0-dd8d-4056-bc6a-0098b0833a88',
    `uptime ${probe.uptimeSeconds}`,
    `clock ${Math.floor(probe.clock / 1000)}`,
    `boot ${probe.boot.state}`,
    `free ${probe.freeBytes ?? 'none'}`,
    `mounted ${probe.stateMounted ? 'yes' : 'no'}`,
    `raft ${probe.raftState}`,
    'certificate none',
    'engine up',
    `info ${JSON.stringify({ ...info, nodeId: empty(nodeId), nodeAddr: empty(nodeAddress), error: empty(error), clusterId: empty(clusterId) })}`,
    ...(nodes ?? []).map((node) => `node ${JSON.stringify(nodeLine(node))}`),
    nodes === undefined ? 'nodes not-a-manager' : `nodes ok ${nodes.length}`,
    'end\n',
  ].join('\n');
}

function nodeLine({ raft, address, logicalId, settings, drainedByUs, tasks: _, ...node }: SwarmNode): object {
  const manager = raft === undefined ? null : { ...raft, address: undefined, addr: raft.address };
  const labels = { logicalId: logicalId ?? '', settings: settings ?? '', drained: drainedByUs ? '7' : '' };
  return { ...node, addr: address, ...labels, manager };
}

const garbage = fc.string({ unit: 'binary', maxLength: 30 });
const lookAlike = fc.constantFrom('', 'i-0123456789abcdef0', '10.42.9.9', 'node-0099', '__proto__');
/** What a report may be made into: with another text in it, cut off, spliced, of another version, doubled, binary, empty; or the command fails. */
const spoiling = fc.oneof(
  fc.tuple(fc.nat(100), fc.oneof(garbage, lookAlike)).map(([which, put]) => (text: string) => {
    const texts = [...text.matchAll(/"[^"]*"(?=[,}])/g)];
    const { index = 0, 0: found = '' } = texts[which % texts.length] ?? {};
    return finished(text.slice(0, index) + JSON.stringify(put) + text.slice(index + found.length));
  }),
  fc.tuple(fc.nat(4_000), fc.nat(200), garbage).map(([at, cut, put]) => (text: string) => {
    const from = at % text.length;
    return finished(text.slice(0, from) + put + text.slice(from + cut));
  }),
  fc.nat(4_000).map((at) => (text: string) => finished(text.slice(0, at % text.length))),
  garbage.map((put) => () => finished(put)),
  fc.integer({ min: 0, max: 300 }).map((code) => (text: string) => ({ ...finished(text), exitCode: code })),
  fc.constantFrom(
    (text: string) => finished(text.replace('probe 1', 'probe 2')),
    (text: string) => finished(text + text),
    (text: string) => finished(text.replaceAll('\n', '\r\n')),
    (text: string) => finished(text.replace(/"version":"[^"]*"/, '"version":99')),
    (text: string) => finished(text.replace('"localState"', '"LocalState"')),
    (): CommandOutcome => ({ kind: 'offline', reason: 'gone' }),
    (): CommandOutcome => ({ kind: 'timeout', reason: 'late' }),
    (): CommandOutcome => ({ kind: 'failed', code: 'ThrottlingException', reason: 'slow down' }),
  ),
);

function finished(stdout: string): Extract<CommandOutcome, { kind: 'finished' }> {
  return { kind: 'finished', exitCode: 0, stdout, stderr: '' };
}

test('the reports are such as machines print', () => {
  assert.equal(REPORTS.size, 5);
  for (const text of REPORTS.values()) {
    const parsed = parseProbeReport(text);
    assert.ok(parsed.ok, JSON.stringify(parsed));
  }
});

test('whatever machines answer: no crash, and no machine, node, disk or engine is touched', {
  timeout: 120_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(spoiling, { minLength: 1, maxLength: 12 }), async (spoilings) => {
      let turn = 0;
      const { performed } = await converge((report) => spoilings[turn++ % spoilings.length]?.(report));
      assertHarmless(performed);
    }),
    // A counterexample is worth seeing before it is as small as can be.
    { numRuns: 500, interruptAfterTimeLimit: 60_000 },
  );
});

/** What is the matter with one of them, if anything: it answers nobody, or in another way than the others. */
const ailment = fc.constantFrom(
  (): CommandOutcome => ({ kind: 'offline', reason: 'gone' }),
  () => finished('everswarm-probe'),
  finished,
);

test('whatever all say in the same way for ever of one that is silent, or is not: it is not touched, and there is rest', {
  timeout: 120_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(spoiling, fc.constantFrom(...REPORTS.keys()), ailment, async (spoil, patient, ail) => {
      const { performed, asked } = await converge((report, id) => (id === patient ? ail : spoil)(report));
      assertHarmless(performed);
      const [first = 0, ...later] = asked;
      // Ten passes or so in the first minute, in which what was done may show; then one, or one more where it is tried again.
      assert.ok(first <= 20 * REPORTS.size, `${first} machines were asked: it does not come to rest`);
      assert.ok(Math.max(...later) <= 2 * REPORTS.size, `${later} machines were asked: it does not stay at rest`);
    }),
    { numRuns: 500, interruptAfterTimeLimit: 60_000 },
  );
});

function assertHarmless(performed: readonly Action[]): void {
  assert.deepEqual(
    performed.filter((action) => !isHarmless(action)),
    [],
  );
}

const WAKE_UPS = 8;

/**
 * Ten minutes of wake-ups in which each answer is spoilt in some way; what is suspected is remembered.
 * @returns what was done, and in each wake-up how many machines were asked
 */
async function converge(
  spoil: (report: string, instanceId: string) => CommandOutcome | undefined,
): Promise<{ readonly performed: readonly Action[]; readonly asked: readonly number[] }> {
  const clock = createVirtualClock(NOW);
  const store = createMemoryStore({ clock });
  const { version: _, ...first } = CLUSTER.committed;
  await store.commit(0, first);
  const seeding = await store.acquire('test');
  assert.ok(seeding.acquired);
  for (const record of CLUSTER.records.launches.values()) await store.putLaunch(seeding.lease, record);
  assert.ok(CLUSTER.records.genesis);
  await store.putGenesis(seeding.lease, CLUSTER.records.genesis);
  await store.release(seeding.lease, seeding.wanted);

  const performed: Action[] = [];
  const asked: number[] = [];
  let questions = 0;
  const probe = (instanceIds: readonly string[]) =>
    probeMachines({
      instanceIds,
      runner: {
        run: async (order) => {
          questions += order.instanceIds.length;
          return new Map(order.instanceIds.map((id) => [id, spoil(REPORTS.get(id) ?? '', id) ?? finished('')]));
        },
      },
    });
  for (let wakeUp = 1; wakeUp <= WAKE_UPS; wakeUp += 1) {
    const began = clock.now();
    let over = false;
    const run = reconcile(
      {
        store,
        clock,
        cluster: 'demo',
        owner: `wake-up ${wakeUp}`,
        observe: async () => ({ ...planInput(CLUSTER).observation, at: clock.now(), probes: undefined }),
        probe,
        perform: async (action, { lease }) => {
          performed.push(action);
          // What is written down is written down: an action that is called for again at every pass would never end.
          if (action.kind === 'suspect') await store.putSuspicion(lease, action.suspicion);
          if (action.kind === 'absolve') await store.removeSuspicion(lease, action.instanceId);
          if (action.kind === 'settleRollout') await store.putRollout(lease, action.record);
          return { ok: true, detail: 'done' };
        },
      },
      () => 300_000 - (clock.now() - began),
    ).finally(() => {
      over = true;
    });
    await clock.run(() => over, 600_000);
    await run;
    asked.push(questions);
    questions = 0;
    await clock.run(() => false, 75_000);
  }
  assert.ok(Math.min(...asked) >= 3, `only ${asked} machines were asked`);
  return { performed, asked };
}
