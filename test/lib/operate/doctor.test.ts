import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { RingingAlarm } from '../../../lib/aws/alarms.ts';
import { examine } from '../../../lib/operate/doctor/doctor.ts';
import { gatherFacts } from '../../../lib/operate/doctor/facts.ts';
import { CHECKS, type CheckName, type Finding } from '../../../lib/operate/doctor/finding.ts';
import { haltRollout } from '../../../lib/operate/rollout.ts';
import type { ClusterSpec } from '../../../lib/spec/spec.ts';
import { instanceOf, MINUTE, type TestCluster, terminate, wholeCluster } from '../../support/cluster.ts';
import { answered, probeOf } from '../../support/cluster-answers.ts';
import { M1, M2, M3, W1 } from '../plan/planned.ts';
import { down, outdate, relist } from '../plan/worlds.ts';
import { createOperateWorld, type OperateWorld } from './world.ts';

const DAY = 24 * 60 * MINUTE;

/** Enough disk everywhere, and a controller that was heard of just now: nothing is amiss. */
function wellCluster(): TestCluster {
  const cluster = wholeCluster();
  for (const [id, outcome] of cluster.probes ?? []) {
    if (outcome.kind === 'answered') cluster.probes?.set(id, answered({ ...outcome.probe, freeBytes: 20 * 2 ** 30 }));
  }
  return cluster;
}

async function heardOf({ store, clock }: OperateWorld, notWholeSince?: number): Promise<void> {
  const acquisition = await store.acquire('controller');
  assert.ok(acquisition.acquired);
  const { lease, wanted } = acquisition;
  const status = { whole: notWholeSince === undefined, at: clock.now(), notWholeSince, fence: 1, specVersion: 1 };
  await store.putStatus(lease, { ...status, held: [], waiting: [] });
  await store.release(lease, wanted);
}

interface Options {
  readonly alarms?: () => Promise<readonly RingingAlarm[]>;
  readonly declared?: ClusterSpec;
  readonly before?: (world: OperateWorld) => Promise<unknown> | unknown;
}

async function findings(cluster: TestCluster, options: Options = {}): Promise<readonly Finding[]> {
  const world = await createOperateWorld(cluster);
  await heardOf(world);
  await options.before?.(world);
  const { alarms = async () => [], declared } = options;
  const checked = examine(await gatherFacts(world.operator, { alarms, declared }));
  assert.deepEqual(
    checked.map(({ check }) => check),
    [...CHECKS],
  );
  return checked.flatMap((one) => one.findings);
}

/** The one finding that there is to be, as `check severity`. */
async function only(cluster: TestCluster, options?: Options): Promise<{ readonly is: string; readonly text: string }> {
  const found = await findings(cluster, options);
  assert.equal(found.length, 1, found.map(({ what }) => what).join(' | '));
  const [{ check, severity, what, remedy } = { check: '', severity: '', what: '', remedy: '' }] = found;
  return { is: `${check} ${severity}`, text: `${what} → ${remedy}` };
}

async function expect(
  is: `${CheckName} ${Finding['severity']}`,
  text: RegExp,
  cluster: TestCluster,
  options?: Options,
) {
  const found = await only(cluster, options);
  assert.equal(found.is, is);
  assert.match(found.text, text);
}

function change(cluster: TestCluster, id: string, part: Partial<ReturnType<typeof probeOf>>): TestCluster {
  cluster.probes?.set(id, answered({ ...probeOf(instanceOf(cluster, id)), freeBytes: 20 * 2 ** 30, ...part }));
  return cluster;
}

describe('everswarm doctor', () => {
  it('finds nothing in a cluster that is well', async () => {
    assert.deepEqual(await findings(wellCluster()), []);
  });

  it('asks every machine, and names those that are silent, not those that boot', async () => {
    const cluster = wellCluster();
    cluster.probes?.set(W1, { kind: 'silent', why: 'timeout', reason: 'no answer' });
    await expect('machines error', new RegExp(`can't be asked: ${W1} \\(no answer\\)`), cluster);
    cluster.instances = cluster.instances.map((one) => (one.id === W1 ? { ...one, launchedAt: cluster.now } : one));
    assert.deepEqual(await findings(cluster), []);
  });

  it('tells what the operator may not', async () => {
    const denied = Object.assign(new Error('no'), { name: 'AccessDeniedException', $metadata: {} });
    await expect('access warning', /can't be invoked: AccessDenied.*grantOperate/, wellCluster(), {
      before: ({ failures }) => failures.set('InvokeCommand', denied),
    });
  });

  it('tells of a controller that is paused, silent, or at it for long', async () => {
    const pause = { by: 'bob', reason: 'work', at: 0 };
    await expect('controller warning', /paused, by bob .*everswarm resume/, wellCluster(), {
      before: ({ store }) => store.decidePause(pause),
    });
    const late = await findings(wellCluster(), { before: ({ clock }) => clock.advance(10 * MINUTE) });
    const [silent] = late.filter(({ check }) => check === 'controller');
    assert.match(`${silent?.severity} ${silent?.what}`, /^error it was last heard of 10 min ago$/);
    const long = await findings(wellCluster(), { before: (world) => heardOf(world, world.clock.now() - 20 * MINUTE) });
    assert.deepEqual(long, [], 'it is whole by now');
    const broken = wellCluster();
    terminate(broken, W1);
    const found = await findings(broken, { before: (world) => heardOf(world, world.clock.now() - 20 * MINUTE) });
    assert.ok(found.some(({ what }) => what === 'the cluster has not been whole for 20 min'));
  });

  it('tells of a quorum at risk, and of managers that are too close together', async () => {
    const cluster = wellCluster();
    relist(cluster, (node) => (node.hostname === M3 ? down(node) : node));
    for (const id of [M1, M2, M3]) change(cluster, id, {});
    relist(cluster, (node) => (node.hostname === M3 ? down(node) : node));
    const found = await findings(cluster);
    assert.ok(found.some(({ check, what }) => check === 'quorum' && /2 of 3 managers, none may fail/.test(what)));
    const near = wellCluster();
    near.instances = near.instances.map((one) => ({ ...one, zone: 'us-east-1a' }));
    const [close] = (await findings(near)).filter(({ check }) => check === 'quorum');
    assert.match(close?.what ?? '', /3 managers are in 1 zone/);
  });

  it('tells of engines that differ, clocks that are wrong, certificates that end, disks that are full or missing', async () => {
    const engine = { state: 'up', version: '27.0.1' } as const;
    const probe = probeOf(instanceOf(wellCluster(), M2));
    if (probe.engine.state === 'down') assert.fail('it is up');
    await expect(
      'engines warning',
      new RegExp(`26.1.5 on .*; 27.0.1 on ${M2}`),
      change(wellCluster(), M2, { engine: { ...probe.engine, ...engine } }),
    );
    const { now } = wellCluster();
    await expect('engines warning', /clock is wrong on/, change(wellCluster(), M2, { clock: now - 5 * MINUTE }));
    await expect('engines error', /ends in 3 d/, change(wellCluster(), M2, { certificateEnds: now + 3 * DAY }));
    await expect('engines warning', /less than 2 GiB free/, change(wellCluster(), M2, { freeBytes: 2 ** 30 }));
    await expect('disks error', /not on its own disk on/, change(wellCluster(), M2, { stateMounted: false }));
  });

  it('tells of disks that are kept, and not encrypted', async () => {
    const kept = wellCluster();
    const [first] = kept.volumes;
    assert.ok(first);
    kept.volumes.push({ ...first, id: 'vol-old', mark: 'retired', attachedTo: undefined, attachment: undefined });
    await expect('disks note', /vol-old .*never deletes a disk/, kept);
    const open = wellCluster();
    open.volumes = open.volumes.map((one) => ({ ...one, encrypted: one.id !== first.id }));
    await expect('disks warning', new RegExp(`not encrypted: ${first.id}`), open);
  });

  it('tells of launches that fail, and of a halted roll-out', async () => {
    const failing = wellCluster();
    const [slot, record] = [...failing.records.launches].at(-1) ?? assert.fail('there is one');
    failing.records.launches.set(slot, { ...record, failures: 8, confirmedAt: undefined, lastError: 'no room' });
    const [parked] = (await findings(failing)).filter(({ check }) => check === 'launches');
    assert.deepEqual(
      [parked?.severity, /8 launches in a row .* failed: no room/.test(parked?.what ?? '')],
      ['error', true],
    );
    const rolled = wellCluster();
    outdate(rolled, 'workers');
    const halted = (
      await findings(rolled, {
        before: async ({ store, operator }) => {
          await haltRollout({ ...operator, store }, 'workers', 'errors');
        },
      })
    ).find(({ check }) => check === 'roll-outs');
    assert.match(halted?.what ?? '', /workers is halted by ana@laptop: errors; 2 machines to go/);
  });

  it('tells of alarms, of old tokens, and of a file that says something else', async () => {
    const ringing = [{ key: 'dead-letters', why: 'one message', since: undefined }];
    await expect('alarms error', /dead-letters is in alarm: one message .*#dead-letters/, wellCluster(), {
      alarms: async () => ringing,
    });
    const old = wellCluster();
    old.records.genesis = { seed: '10.42.0.10', claimedAt: old.now - 5 * DAY, clusterId: 'cl1' };
    await expect('tokens warning', /tokens are 5 d old/, old);
    const { spec } = wellCluster().committed;
    const workers = spec.groups['workers'];
    assert.ok(workers);
    const declared = { ...spec, groups: { ...spec.groups, workers: { ...workers, instanceType: 'm7g.large' } } };
    const differs = (await findings(wellCluster(), { declared })).find(({ check }) => check === 'declaration');
    assert.match(differs?.what ?? '', /workers\.instanceType is t4g\.small, the file says m7g\.large/);
  });

  it('does not take what it could not look at for well', async () => {
    const denied = Object.assign(new Error('no'), { name: 'AccessDenied', $metadata: {} });
    const world = await createOperateWorld(wellCluster());
    const facts = await gatherFacts(world.operator, { alarms: () => Promise.reject(denied), declared: undefined });
    const skipped = examine(facts).filter(({ looked }) => !looked);
    assert.deepEqual(
      skipped.map(({ check }) => check),
      ['alarms', 'declaration'],
    );
    assert.match(skipped[0]?.said ?? '', /could not be read: AccessDenied: no/);
  });

  it('names machines that no group accounts for', async () => {
    const cluster = wellCluster();
    const machine = instanceOf(cluster, W1);
    cluster.instances.push({ ...machine, id: 'i-0000000000000abcd', group: 'former' });
    terminate(cluster, W1);
    const found = (await findings(cluster)).find(({ check }) => check === 'machines');
    assert.match(found?.what ?? '', /in no declared group: i-0000000000000abcd/);
  });
});
