import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { wholeCluster } from '../../support/cluster.ts';
import { outdate } from '../plan/worlds.ts';
import { createCliWorld, type TestCli } from './world.ts';

/** As the controller does once it is done with this version. */
async function becomeWhole({ store, clock }: TestCli, whole = true): Promise<void> {
  const acquisition = await store.acquire('controller');
  assert.ok(acquisition.acquired);
  const { lease, wanted } = acquisition;
  const { committed } = await store.memory();
  const status = { whole, at: clock.now(), fence: lease.fence, specVersion: committed?.version ?? 0 };
  await store.putStatus(lease, { ...status, held: [], waiting: [] });
  await store.release(lease, wanted);
}

/** The fixture's cluster in another network. */
const WIDER = `cluster: demo
network: { cidr: 10.42.0.0/17, zones: 3, subnetMask: 24 }
groups:
  managers:
    flavor: swarm-manager
    allocation: { logicalIds: [10.42.0.10, 10.42.1.10, 10.42.2.10] }
    ami: { parameter: /images/base, docker: preinstalled }
  workers:
    flavor: swarm-worker
    allocation: { size: 2 }
    ami: { parameter: /images/base, docker: preinstalled }
`;

const versionOf = async ({ store }: TestCli) => (await store.memory()).committed?.version;

describe('a command that changes the cluster', () => {
  it('shows what it would do, asks, and is carried out when it is confirmed', async () => {
    const it = await createCliWorld(undefined, { columns: 80 });
    it.answers.push('y');
    const { exit, out, notes } = await it.run('scale', 'workers=4', '--no-wait');
    assert.equal(exit, 0);
    const text = out.join('\n');
    assert.match(text, /version 1 → 2/);
    assert.match(text, /workers\.allocation\.size {2}2 → 4/);
    assert.match(text, /\+ launch +workers × 2/);
    assert.match(text, /^2 machines launched\.$/m);
    assert.ok(notes.includes('Change demo so? [y/N] '));
    assert.equal(await versionOf(it), 2);
    assert.equal(it.calls.includes('InvokeCommand'), true);
  });

  it('is not carried out when it is not: by another answer, or with nobody there', async () => {
    for (const answer of ['n', '', 'yes please', undefined]) {
      const it = await createCliWorld();
      if (answer !== undefined) it.answers.push(answer);
      for (const words of [['scale', 'workers=4'], ['pause'], ['replace', '10.42.1.10'], ['drain', '10.42.1.10']]) {
        const { exit, notes } = await it.run(...words);
        assert.equal(exit, 5, words.join(' '));
        assert.match(notes.join('\n'), /not confirmed.*nothing was changed/s);
      }
      assert.equal(await versionOf(it), 1);
      const { records } = await it.store.memory();
      assert.deepEqual([records.pause, records.orders?.size], [undefined, 0]);
    }
  });

  it('waits until the cluster is whole, and tells what happens meanwhile', async () => {
    const it = await createCliWorld();
    const running = it.runFor(60_000, 'scale', 'workers=3', '-y');
    await it.clock.sleep(4_000);
    await becomeWhole(it);
    const { exit, notes } = await running;
    assert.equal(exit, 0);
    assert.match(notes.join('\n'), /spec +commit demo: version 2: workers\.allocation\.size 2 → 3 \(by ana@laptop\)/);
    assert.match(notes.at(-1) ?? '', /^demo is whole, after \d+ s\.$/);
  });

  it('ends with 3 when it is not whole in time, and it goes on by itself', async () => {
    const it = await createCliWorld();
    await becomeWhole(it);
    const { exit, notes } = await it.runFor(600_000, 'scale', 'workers=3', '-y', '--timeout', '2m');
    assert.equal(exit, 3);
    assert.match(notes.at(-1) ?? '', /^Not whole after 120 s; it goes on by itself/);
  });

  it('stops waiting when it is interrupted', async () => {
    const it = await createCliWorld();
    const { exit, notes } = await it.runFor(5_000, 'scale', 'workers=3', '-y');
    assert.equal(exit, 3);
    assert.match(notes.at(-1) ?? '', /^Not waited for any longer; it goes on by itself/);
  });

  it('does nothing where it is declared so already', async () => {
    const it = await createCliWorld();
    const { exit, out } = await it.run('scale', 'workers=2');
    assert.deepEqual([exit, out], [0, ['demo is declared so already: version 1.']]);
  });

  it('refuses what only a deployment can make, before it asks', async () => {
    const it = await createCliWorld();
    it.files.set('swarm.yaml', WIDER);
    const { exit, notes } = await it.run('apply');
    assert.equal(exit, 1);
    assert.match(notes.join('\n'), /only `cdk deploy` can make this change: .*network\.cidr/);
    assert.doesNotMatch(notes.join('\n'), /\[y\/N\]/);
  });

  it('names each mistake of a file with its place, and ends with 2', async () => {
    const it = await createCliWorld();
    it.files.set('bad.yaml', 'cluster: demo\nnetwork: { cidr: nonsense, zones: 9, subnetMask: 24 }\ngroups: {}\n');
    for (const verb of ['apply', 'plan']) {
      const { exit, notes } = await it.run(verb, '-f', 'bad.yaml');
      assert.equal(exit, 2);
      assert.match(notes.join('\n'), /bad\.yaml:2:18 network\.cidr/);
      assert.match(notes.join('\n'), /2 \| network:/);
    }
    assert.match((await it.run('apply')).notes.join('\n'), /could not be read: ENOENT.*swarm\.yaml/);
  });

  it('tells programs what came of it', async () => {
    const it = await createCliWorld();
    const { out } = await it.run('scale', 'workers=4', '-y', '--no-wait', '-o', 'json');
    const data = JSON.parse(out.join('\n'));
    assert.deepEqual([data.changed, data.version, data.preview.launched], [true, 2, 2]);
  });
});

describe('going back', () => {
  it('to a former version, as a new one', async () => {
    const it = await createCliWorld();
    await it.run('scale', 'workers=4', '-y', '--no-wait');
    const { exit, out } = await it.run('rollback', '1', '-y', '--no-wait');
    assert.equal(exit, 0);
    assert.match(out.join('\n'), /workers\.allocation\.size {2}4 → 2/);
    const history = (await it.run('history')).out;
    assert.match(history[0] ?? '', /^version 3 .* by ana@laptop$/);
    assert.equal(history[1], '  workers.allocation.size 4 → 2');
    assert.equal(history.at(-1), '  the first');
    assert.equal((await it.run('history', '-n', '1')).out.length, 2);
    assert.match((await it.run('rollback', '9', '-y')).notes.join('\n'), /no version 9; versions 1 to 3 are kept/);
  });

  it('of a roll-out: halted, continued, undone', async () => {
    const cluster = wholeCluster();
    outdate(cluster, 'workers');
    const it = await createCliWorld(cluster);
    assert.match(
      (await it.run('rollout', 'status', 'workers')).out[0] ?? '',
      /^workers {2}rolling {2}2 machines of 2 are/,
    );
    const paused = await it.run('rollout', 'pause', 'workers', '-y', '-r', 'errors');
    assert.match(paused.out[0] ?? '', /^workers {2}halted {2}by ana@laptop: errors; 2 machines to go$/);
    assert.equal((await it.run('rollout', 'resume', 'workers', '-y')).exit, 0);
    const again = await it.run('rollout', 'resume', 'workers', '-y');
    assert.deepEqual([again.exit, again.notes[0]], [1, 'error: the roll-out of workers is not halted']);
    assert.match((await it.run('rollout', 'status', 'wrkers')).notes.join('\n'), /Did you mean workers/);
  });
});
