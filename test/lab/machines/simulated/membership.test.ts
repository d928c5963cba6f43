import assert from 'node:assert/strict';
import { test } from 'node:test';
import { join } from '../../../../lab/machines/simulated/swarm/join.ts';
import { tokenParameterName } from '../../../../lib/names.ts';
import { address, CLUSTER, createBench, volume } from './bench.ts';

type Bench = ReturnType<typeof createBench>;

/** A manager's disk is gone: a blank volume in its place. */
async function returnBlank(bench: Bench, n: number): Promise<string> {
  await bench.lose(`i-m${n}`);
  await bench.fleet.deleteVolume(volume(n));
  const id = await bench.manager(n, `i-m${n}b`);
  await bench.booted(id);
  return id;
}

const asManager = { role: 'manager', managers: address(1) };

test('a lost disk, in the right order: demote, remove (refused for some seconds), join: reachable at once', async () => {
  const bench = createBench();
  await bench.swarm(3);
  const { id } = bench.node('i-m3');
  await returnBlank(bench, 3);
  await bench.until('down', () => bench.node('i-m3').state === 'down');
  const early = await bench.command('i-m1', 'node-remove', { node: id });
  assert.equal(early.exitCode, 30, 'a manager is not removed before it is demoted');
  await bench.ok('i-m1', 'node-demote', { node: id });
  assert.equal(bench.fleet.swarm.state()?.members.size, 2);
  const from = bench.seconds();
  await bench.ok('i-m1', 'node-remove', { node: id });
  assert.ok(bench.seconds() - from < 4.5);
  await bench.ok('i-m3b', 'swarm-join', asManager);
  const { nodes } = await bench.probe('i-m1');
  assert.equal(nodes.size, 3);
  assert.equal(nodes.get('i-m3b')?.manager?.reachability, 'reachable');
  assert.notEqual(nodes.get('i-m3b')?.id, id);
  await bench.ok('i-m1', 'node-demote', { node: id });
  await bench.ok('i-m1', 'node-remove', { node: id });
  assert.equal((await bench.ok('i-m1', 'node-drain', { node: id, seconds: '5' })).stdout, 'tasks 0\n');
});

test('the phantom voter: joined before the old node is demoted, the dead one shows as reachable, and the next loss takes the quorum', async () => {
  const bench = createBench();
  await bench.swarm(3);
  const { id } = bench.node('i-m3');
  await returnBlank(bench, 3);
  await bench.ok('i-m3b', 'swarm-join', asManager);
  await bench.clock.advance(60_000);
  const { nodes } = await bench.probe('i-m1');
  const phantom = [...nodes.values()].find((node) => node.id === id);
  assert.equal(phantom?.state, 'down');
  assert.equal(phantom?.manager?.reachability, 'reachable');
  assert.equal([...nodes.values()].filter(({ manager }) => manager !== null).length, 4);
  await bench.lose('i-m2');
  await bench.clock.advance(60_000);
  assert.deepEqual(bench.fleet.swarm.leaders(), []);

  // It comes back with the disk; then the phantom can be taken out.
  await bench.manager(2, 'i-m2b');
  await bench.until('quorum', () => bench.fleet.swarm.leaders().length === 1);
  await bench.until('ready', () => bench.fleet.swarm.nodes().some(({ hostname }) => hostname === 'i-m2b'));
  await bench.ok(bench.leader(), 'node-demote', { node: id });
  await bench.ok(bench.leader(), 'node-remove', { node: id });
  assert.equal(bench.fleet.swarm.state()?.members.size, 3);
});

test('demotion and removal need a quorum, and Swarm refuses what would lose it', async () => {
  const bench = createBench();
  await bench.swarm(3);
  const [two, three] = [bench.node('i-m2').id, bench.node('i-m3').id];
  await bench.lose('i-m3');
  await bench.clock.advance(20_000);
  assert.equal((await bench.command('i-m1', 'node-demote', { node: two })).exitCode, 30);
  await bench.lose('i-m2');
  await bench.clock.advance(60_000);
  assert.equal((await bench.command('i-m1', 'node-demote', { node: three })).exitCode, 40);
  assert.equal((await bench.command('i-m1', 'node-remove', { node: three })).exitCode, 40);
});

test('demote of a live manager makes it a worker; of the leader hands over in seconds; of the last is refused', async () => {
  const bench = createBench();
  await bench.swarm(3);
  const [one, two, three] = [bench.node('i-m1').id, bench.node('i-m2').id, bench.node('i-m3').id];
  await bench.ok('i-m1', 'node-demote', { node: three });
  const worker = await bench.probe('i-m3');
  assert.equal(worker.info['localState'], 'active');
  assert.equal(worker.info['controlAvailable'], false);
  await bench.ok('i-m1', 'node-demote', { node: one });
  await bench.until('handed over', () => bench.fleet.swarm.leaders().length === 1, 5);
  assert.equal(bench.leader(), 'i-m2');
  await bench.until('all ready', () => bench.fleet.swarm.nodes().every(({ state }) => state === 'ready'));
  assert.equal((await bench.command('i-m2', 'node-demote', { node: two })).exitCode, 30);
});

test('a join without a quorum fails after 15 s and leaves nothing', async () => {
  const bench = createBench();
  await bench.swarm(3);
  await bench.boot('i-w1', '10.0.1.100');
  await bench.booted('i-w1');
  await bench.lose('i-m2');
  await bench.lose('i-m3');
  const from = bench.seconds();
  assert.equal((await bench.command('i-w1', 'swarm-join', { role: 'worker', managers: address(1) })).exitCode, 21);
  const took = bench.seconds() - from;
  assert.ok(took > 15 && took < 18, `${took} s`);
  assert.equal(bench.fleet.swarm.engine('i-w1').local, 'inactive');
});

test('a wrong token is refused after 10 s; no token: exit 20', async () => {
  const bench = createBench();
  await bench.swarm(1);
  await bench.boot('i-w1', '10.0.1.100');
  await bench.booted('i-w1');
  const name = tokenParameterName(CLUSTER, 'worker');
  bench.parameters.set(name, 'SWMTKN-1-old-token');
  const from = bench.seconds();
  assert.equal((await bench.command('i-w1', 'swarm-join', { role: 'worker', managers: address(1) })).exitCode, 20);
  assert.ok(bench.seconds() - from > 10);
  bench.parameters.delete(name);
  assert.equal((await bench.command('i-w1', 'swarm-join', { role: 'worker', managers: address(1) })).exitCode, 20);
  assert.equal(bench.fleet.swarm.nodes().length, 1);
});

test('a join to a silent address goes on in the background; the script leaves first and tries the next', async () => {
  const bench = createBench();
  await bench.swarm(1);
  await bench.boot('i-w1', '10.0.1.100');
  const from = bench.seconds();
  await bench.ok('i-w1', 'swarm-join', { role: 'worker', managers: `10.0.9.9,${address(1)}` });
  assert.ok(bench.seconds() - from > 20);
  assert.equal(bench.node('i-w1').state, 'ready');
});

test('left alone, a given-up join refuses the next one, and goes through when its target comes back', async () => {
  const bench = createBench();
  await bench.swarm(3);
  const token = bench.parameters.get(tokenParameterName(CLUSTER, 'worker')) ?? '';
  await bench.boot('i-w1', '10.0.1.100');
  await bench.booted('i-w1');
  await bench.lose('i-m3');
  const engine = bench.fleet.machines.get('i-w1')?.engine;
  assert.ok(engine);
  const attempt = (n: number) => bench.finish(join(bench.fleet.world, engine, token, address(n)));
  await assert.rejects(attempt(3), { code: 'Silent' });
  assert.equal(bench.fleet.swarm.engine('i-w1').local, 'pending');
  await assert.rejects(attempt(1), { code: 'AlreadyMember' });
  await bench.manager(3, 'i-m3b');
  await bench.until('joined', () => bench.fleet.swarm.nodes().some(({ hostname }) => hostname === 'i-w1'));
  assert.equal(bench.fleet.swarm.engine('i-w1').local, 'active');
});

test('a manager that the leader can not reach back is refused, and leaves a node to be removed', async () => {
  const bench = createBench();
  await bench.swarm(1);
  await bench.manager(2);
  await bench.booted('i-m2');
  bench.fleet.faults.blockInbound('i-m2');
  assert.equal((await bench.command('i-m2', 'swarm-join', asManager)).exitCode, 21);
  const left = bench.node('i-m2');
  assert.equal(left.state, 'down');
  assert.equal(bench.fleet.swarm.state()?.members.size, 1);
  bench.fleet.faults.heal();
  await bench.ok('i-m1', 'node-remove', { node: left.id });
  await bench.ok('i-m2', 'swarm-join', asManager);
});

test('clocks: a leader 2 h ahead lets nobody in; a joiner 3 h or 89 days ahead is let in, 91 days ahead or behind the CA not', async () => {
  const hours = 3600_000;
  const attempt = async (leader: number, joiner: number) => {
    const bench = createBench();
    await bench.swarm(1);
    await bench.boot('i-w1', '10.0.1.100');
    await bench.booted('i-w1');
    bench.fleet.faults.skewClock('i-m1', leader);
    bench.fleet.faults.skewClock('i-w1', joiner);
    return (await bench.command('i-w1', 'swarm-join', { role: 'worker', managers: address(1) })).exitCode;
  };
  assert.equal(await attempt(2 * hours, 0), 21);
  assert.equal(await attempt(0, 3 * hours), 0);
  assert.equal(await attempt(0, 89 * 24 * hours), 0);
  assert.equal(await attempt(0, 91 * 24 * hours), 21);
  assert.equal(await attempt(0, -2 * hours), 21);
});

test('killed within seconds of joining: stuck in error if the target is down, cured by a restart of the engine', async () => {
  const bench = createBench();
  await bench.swarm(3);
  await bench.manager(4);
  await bench.ok('i-m4', 'swarm-join', asManager);
  await bench.lose('i-m4');
  await bench.lose('i-m1');
  await bench.manager(4, 'i-m4b');
  await bench.booted('i-m4b');
  assert.equal(bench.fleet.swarm.engine('i-m4b').local, 'error');
  await bench.manager(1, 'i-m1b');
  await bench.until('leader', () => bench.fleet.swarm.leaders().length === 1);
  await bench.clock.advance(30_000);
  assert.equal(bench.fleet.swarm.engine('i-m4b').local, 'error');
  await bench.ok('i-m4b', 'engine-restart');
  const back = () => bench.fleet.swarm.nodes().some((node) => node.hostname === 'i-m4b' && node.state === 'ready');
  await bench.until('ready', back, 14);
});

test('drain: tasks that honour TERM are elsewhere in some 2 s, others after their grace', async () => {
  for (const [grace, least, most] of [
    [undefined, 0.3, 5],
    [10_000, 11, 16],
  ] as const) {
    const bench = createBench();
    await bench.swarm(1, 2);
    const service = grace === undefined ? { name: 'web', replicas: 3 } : { name: 'web', replicas: 3, grace };
    await bench.finish(bench.fleet.swarm.createService('i-m1', service));
    await bench.clock.advance(10_000);
    const { id } = bench.node('i-w1');
    const from = bench.seconds();
    assert.equal((await bench.ok('i-m1', 'node-drain', { node: id, seconds: '30' })).stdout, 'tasks 0\n');
    const took = bench.seconds() - from;
    assert.ok(took >= least && took <= most, `${took} s`);
    await bench.clock.advance(10_000);
    assert.equal(bench.fleet.swarm.tasks().filter(({ state }) => state === 'running').length, 3);
    const hurried = await bench.ok('i-m1', 'node-drain', { node: bench.node('i-w2').id, seconds: '0' });
    assert.match(hurried.stdout, /^tasks [12]\n$/);
  }
});

test('a live worker removed by force believes itself active and runs nothing; it must leave before it joins again', async () => {
  const bench = createBench();
  await bench.swarm(1, 1);
  await bench.ok('i-m1', 'node-remove', { node: bench.node('i-w1').id });
  await bench.clock.advance(30_000);
  assert.equal(bench.fleet.swarm.engine('i-w1').local, 'active');
  assert.equal(bench.fleet.swarm.nodes().length, 1);
  const again = await bench.ok('i-w1', 'swarm-join', { role: 'worker', managers: address(1) });
  assert.match(again.stderr, /already/);
  assert.equal(bench.fleet.swarm.nodes().length, 1);
});

test('two seeds that initialise at once make two swarms', async () => {
  const bench = createBench();
  await bench.manager(1);
  await bench.manager(2);
  await bench.booted('i-m1');
  await bench.booted('i-m2');
  const both = [bench.send('i-m1', 'swarm-init'), bench.send('i-m2', 'swarm-init')];
  for (const one of both) assert.equal((await bench.finish(one)).exitCode, 0);
  assert.deepEqual(bench.fleet.swarm.leaders().toSorted(), ['i-m1', 'i-m2']);
  const [one, two] = [await bench.probe('i-m1'), await bench.probe('i-m2')];
  assert.notEqual(one.info['clusterId'], two.info['clusterId']);
});
