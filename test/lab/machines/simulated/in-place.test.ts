import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DRAINED_LABEL, LOGICAL_ID_LABEL, SETTINGS_LABEL, STOPPING_LABEL } from '../../../../lib/names.ts';
import { address, createBench, numberOf } from './bench.ts';

const labels = (...lines: string[]) => Buffer.from(lines.map((line) => `${line}\n`).join('')).toString('base64');
const settings = (hash: string, ...lines: string[]) => ({ hash, labels: labels(...lines) });

test('a drain of ours is marked and can be ended; a person’s is neither', async () => {
  const bench = createBench();
  await bench.swarm(1, 2);
  const drain = (node: string) => bench.ok('i-m1', 'node-drain', { node, seconds: '5' });
  const activate = (node: string) => bench.command('i-m1', 'node-activate', { node });
  const { id } = bench.node('i-w1');
  await drain(id);
  assert.equal(bench.node('i-w1').labels[DRAINED_LABEL], '1');
  const { nodes } = await bench.probe('i-m1');
  assert.deepEqual([nodes.get('i-w1')?.drained, nodes.get('i-w2')?.drained], ['1', '']);
  for (let times = 0; times < 2; times += 1) assert.equal((await activate(id)).exitCode, 0);
  assert.equal(bench.node('i-w1').availability, 'active');
  assert.deepEqual(bench.node('i-w1').labels, {});

  const person = bench.node('i-w2').id;
  await bench.finish(bench.fleet.swarm.setAvailability('i-m1', person, 'pause'));
  await drain(person);
  assert.equal(bench.node('i-w2').availability, 'drain');
  assert.equal((await activate(person)).exitCode, 30);
  assert.equal(bench.node('i-w2').availability, 'drain');
  assert.equal((await activate('nobody')).exitCode, 1);
});

test('the leader, demoted by another, hands over in seconds, and becomes a manager again by a promotion', async () => {
  const bench = createBench();
  await bench.swarm(3);
  const leader = bench.leader();
  const other = bench.follower();
  const { id } = bench.node(leader);
  const before = bench.fleet.swarm.state()?.members;
  await bench.ok(other, 'node-demote', { node: id });
  const handover = await bench.until('another leader', () => bench.fleet.swarm.leaders().length === 1);
  assert.ok(handover >= 0.5 && handover <= 3.5, `${handover} s`);
  assert.notEqual(bench.leader(), leader);
  assert.equal(bench.node(leader).role, 'worker');
  for (let times = 0; times < 2; times += 1) await bench.ok(bench.leader(), 'node-promote', { node: id });
  await bench.until('a member again', () => bench.fleet.swarm.state()?.members.size === 3, 5);
  const { nodes } = await bench.probe(leader);
  assert.deepEqual(nodes.get(leader)?.manager?.reachability, 'reachable');
  const after = [...(bench.fleet.swarm.state()?.members.values() ?? [])].find(({ nodeId }) => nodeId === id);
  assert.ok(after !== undefined && !before?.has(after.raftId), 'a former Raft id is never let in again');
  // It counts: without another one there still is a quorum.
  await bench.lose(other);
  await bench.clock.advance(30_000);
  assert.equal(bench.fleet.swarm.leaders().length, 1);
  assert.equal((await bench.command(bench.leader(), 'node-promote', { node: 'nobody' })).exitCode, 1);
});

test('labels are changed in place, shown within 20 s, and kept over a reboot', async () => {
  const bench = createBench();
  await bench.swarm(1);
  const { run } = bench.node('i-m1');
  const engine = () => bench.fleet.machines.get('i-m1')?.engine;
  await bench.ok('i-m1', 'engine-settings', settings('0123456789ab', 'disk=fast', 'rack=a b'));
  const wanted = { disk: 'fast', rack: 'a b', [SETTINGS_LABEL]: '0123456789ab', [LOGICAL_ID_LABEL]: address(1) };
  assert.deepEqual(engine()?.labels, wanted);
  const shown = () => bench.node('i-m1').engineLabels[SETTINGS_LABEL] === '0123456789ab';
  const seconds = await bench.until('shown', shown, 20);
  assert.ok(seconds > 0, 'not at once');
  assert.equal(bench.node('i-m1').run, run, 'no restart');
  assert.equal((await bench.probe('i-m1')).nodes.get('i-m1')?.settings, '0123456789ab');
  await bench.ok('i-m1', 'engine-settings', settings('0123456789ab', 'never=read'));
  await bench.finish(bench.fleet.reboot('i-m1'));
  await bench.booted('i-m1');
  assert.deepEqual(engine()?.labels, wanted);
  await bench.ok('i-m1', 'engine-settings', { hash: 'ba9876543210', labels: 'Cg==' });
  assert.deepEqual(engine()?.labels, { [SETTINGS_LABEL]: 'ba9876543210', [LOGICAL_ID_LABEL]: address(1) });
  for (const bad of ['everswarm.logical-id=10.0.0.1', '1st=x', 'novalue', 'a=1', 'com.docker.x=1']) {
    const refused = await bench.command('i-m1', 'engine-settings', settings('cccccccccccc', 'aa=1', bad));
    assert.equal(refused.exitCode, 30, bad);
  }
  assert.equal(engine()?.labels[SETTINGS_LABEL], 'ba9876543210');
});

test('an engine is stopped with a proof of quorum only, stays down, and comes back with the next boot', async () => {
  const bench = createBench();
  await bench.swarm(3);
  const follower = bench.follower();
  const { id } = bench.node(follower);
  const other = bench.node(bench.leader()).id;
  assert.equal((await bench.command(follower, 'engine-stop', { node: other })).exitCode, 22);
  const from = bench.seconds();
  await bench.ok(follower, 'engine-stop', { node: id });
  assert.ok(bench.seconds() - from > 10, 'a clean stop takes its time');
  assert.equal(bench.node(follower).state, 'down');
  assert.equal(bench.node(follower).labels[STOPPING_LABEL], '1');
  await bench.clock.advance(60_000);
  assert.equal(bench.fleet.machines.get(follower)?.engine?.process, 'down');
  assert.equal((await bench.probe(follower)).facts.get('engine'), 'down');
  await bench.ok(follower, 'engine-stop', { node: id });

  // The other two: one is lost, so the last has no quorum to prove.
  const leader = bench.leader();
  const third = ['i-m1', 'i-m2', 'i-m3'].find((one) => one !== follower && one !== leader) ?? '';
  await bench.lose(leader);
  await bench.clock.advance(60_000);
  const refused = await bench.command(third, 'engine-stop', { node: bench.fleet.swarm.engine(third).nodeId ?? '' });
  assert.equal(refused.exitCode, 40);
  assert.equal(bench.fleet.swarm.engine(third).process, 'up');

  await bench.manager(numberOf(leader), `${leader}b`);
  await bench.finish(bench.fleet.reboot(follower));
  await bench.until('all back', () => bench.fleet.swarm.nodes().filter(({ state }) => state === 'ready').length === 3);
  await bench.ok(bench.leader(), 'node-activate', { node: id });
  assert.deepEqual(bench.node(follower).labels, {});
});
