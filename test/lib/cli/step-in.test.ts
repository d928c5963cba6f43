import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { instanceOf, probeAll, terminate, wholeCluster } from '../../support/cluster.ts';
import { answered, probeOf } from '../../support/cluster-answers.ts';
import { M1, M2, M3, W1, W2 } from '../plan/planned.ts';
import { down, relist } from '../plan/worlds.ts';
import { createCliWorld, type TestCli } from './world.ts';

const ordersOf = async ({ store }: TestCli) => [...((await store.memory()).records.orders?.values() ?? [])];

describe('orders about one machine', () => {
  it('are given by any name of it, logged with who and why, and wake the controller', async () => {
    for (const name of ['10.42.1.10', M2, 'node-0002']) {
      const it = await createCliWorld();
      const { exit, out } = await it.run('replace', name, '-y', '-r', 'noise');
      assert.equal(exit, 0);
      assert.match(out[0] ?? '', new RegExp(`^${M2} is replaced as soon as the rules allow`));
      const [order] = await ordersOf(it);
      const { at: _, ...said } = order ?? { at: 0 };
      assert.deepEqual(said, { instanceId: M2, what: 'replace', by: 'ana@laptop', reason: 'noise' });
      assert.equal(await it.lastEvent(), `action replace ${M2}: noise (by ana@laptop)`);
      assert.equal(await it.wakes(), 1);
    }
  });

  it('are shown with the machine until they are carried out, and can be withdrawn', async () => {
    const it = await createCliWorld();
    await it.run('drain', W1, '-y', '-r', 'maintenance');
    assert.match((await it.run('status')).out.join('\n'), /is kept drained, as ana@laptop ordered: maintenance/);
    assert.match((await it.run('describe', W1)).out.join('\n'), /ordered +drain, by ana@laptop 0 s ago: maintenance/);
    const wrong = await it.run('replace', W1, '--undo', '-y');
    assert.deepEqual([wrong.exit, wrong.notes[0]], [1, `error: nobody ordered that ${W1} is replaced`]);
    assert.equal((await it.run('drain', W1, '--undo', '-y')).exit, 0);
    assert.deepEqual(await ordersOf(it), []);
    const again = await it.run('drain', W1, '--undo', '-y');
    assert.match(again.notes.join(' '), /nobody ordered .*docker node update --availability active/);
  });

  it('say when a replacement has to wait for another manager', async () => {
    const cluster = wholeCluster();
    relist(cluster, (node) => (node.hostname === M3 ? down(node) : node));
    const it = await createCliWorld(cluster);
    assert.match((await it.run('replace', M2, '-y')).notes[0] ?? '', /^note: it waits .*: 10\.42\.2\.10 not yet/);
    assert.deepEqual((await it.run('replace', M3, '-y')).notes, [], 'it is the one that does not work');
  });

  it('are refused of what is not known, not there, ambiguous, or without a majority', async () => {
    const cluster = wholeCluster();
    terminate(cluster, M3);
    probeAll(cluster);
    const it = await createCliWorld(cluster);
    const refused = async (name: string) => (await it.run('replace', name, '-y')).notes.join(' ');
    assert.match(await refused('10.42.1.11'), /no machine "10\.42\.1\.11".*Did you mean 10\.42\.1\.10/);
    assert.match(await refused('10.42.2.10'), /10\.42\.2\.10 has no machine at present/);
    assert.match(await refused('i-00000'), /may be any of .*Give more of its id/);
    assert.match(await refused('i-0'), /no machine/);
    assert.deepEqual(await ordersOf(it), []);
    const two = await createCliWorld(wholeCluster({ managers: ['10.42.0.10'] }));
    assert.match((await two.run('replace', M1, '-y')).notes.join(' '), /the only manager can't be replaced/);
  });
});

describe('a pause', () => {
  it('is in force until it is over, and says who and why', async () => {
    const it = await createCliWorld();
    await it.run('pause', '-y', '-r', 'disk exchange');
    assert.equal((await it.store.memory()).records.pause?.reason, 'disk exchange');
    assert.equal(await it.lastEvent(), 'action pause demo: disk exchange (by ana@laptop)');
    const replaced = await it.run('replace', M2, '-y');
    assert.match(replaced.notes[0] ?? '', /^note: the controller is paused, by ana@laptop: disk exchange; nothing is/);
    const scaled = await it.run('scale', 'workers=3', '-y');
    assert.deepEqual([scaled.exit, scaled.notes.length], [0, 2], 'it is not waited for');
    assert.match(
      (await it.run('resume', '-y')).out[0] ?? '',
      /works again; it was paused by ana@laptop: disk exchange/,
    );
    const again = await it.run('resume', '-y');
    assert.deepEqual([again.exit, again.notes[0]], [1, 'error: the controller of demo is not paused']);
  });
});

describe('a recovery', () => {
  it('is refused as long as there is a quorum', async () => {
    const it = await createCliWorld();
    const { exit, notes } = await it.run('recover');
    assert.equal(exit, 1);
    assert.match(notes[0] ?? '', /3 of 3 managers work and agree on a leader/);
  });

  it('shows what it gives up, and wants the id of the Swarm to be typed', async () => {
    const cluster = wholeCluster();
    const survivor = probeOf(instanceOf(cluster, M1), { nodes: [] });
    const silent = { kind: 'silent', why: 'timeout', reason: 'no answer' } as const;
    cluster.probes = new Map([
      [M1, answered({ ...survivor, raftState: 'present', raftAge: { index: 1_234, writtenAt: cluster.now } })],
      [M2, silent],
      [M3, silent],
    ]);
    const it = await createCliWorld(cluster, { columns: 80 });
    it.answers.push('demo');
    const wrong = await it.run('recover');
    assert.equal(wrong.exit, 1);
    assert.match(wrong.out.join('\n'), /made from the state of 10\.42\.0\.10/);
    assert.match(wrong.out.join('\n'), /Ended, .*: 10\.42\.1\.10, 10\.42\.2\.10/);
    assert.match(wrong.notes.join('\n'), /not the id of the Swarm; nothing was commanded/);
    assert.equal((await it.run('recover')).exit, 5, 'nobody to ask');
    assert.equal((await it.store.memory()).records.recovery, undefined);
    assert.equal((await it.run('recover', '--confirm', 'cl1')).exit, 0);
    assert.equal((await it.store.memory()).records.recovery?.survivor, '10.42.0.10');
  });
});

describe('a shell', () => {
  it('is opened by the AWS CLI, with parameters that survive every shell', async () => {
    const it = await createCliWorld();
    assert.equal((await it.run('shell', W2)).exit, 0);
    await it.run('shell', '10.42.0.10', '--profile', 'ops', '--', 'echo', "it's", 'a, b');
    const session = ['aws', 'ssm', 'start-session', '--region', 'eu-west-1'];
    assert.deepEqual(it.executed[0], [...session, '--target', W2]);
    const document = ['--document-name', 'AWS-StartInteractiveCommand', '--parameters'];
    assert.deepEqual(it.executed[1], [
      ...session,
      '--profile',
      'ops',
      '--target',
      M1,
      ...document,
      JSON.stringify({ command: ["echo 'it'\\''s' 'a, b'"] }),
    ]);
    assert.match((await it.run('shell', '--print')).out[0] ?? '', new RegExp(`^aws ssm start-session .*${M1}$`));
    assert.equal(it.executed.length, 2);
  });
});
