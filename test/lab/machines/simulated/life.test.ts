import assert from 'node:assert/strict';
import { test } from 'node:test';
import { address, createBench, START, volume } from './bench.ts';

test('three managers and two workers: init, joins, and what a probe says of them', async () => {
  const bench = createBench();
  await bench.swarm(3, 2);
  const { facts, nodes, info } = await bench.probe('i-m2');
  assert.equal(facts.get('everswarm-probe'), '1');
  assert.equal(facts.get('instance'), 'i-m2');
  assert.equal(facts.get('boot'), 'done');
  assert.equal(facts.get('mounted'), 'yes');
  assert.equal(facts.get('raft'), 'present');
  assert.equal(facts.get('engine'), 'up');
  assert.equal(facts.get('nodes'), 'ok 5');
  assert.ok(Math.abs(Number(facts.get('clock')) - bench.clock.now() / 1000) < 2);
  assert.ok(Number(facts.get('certificate')) * 1000 > START + 80 * 86_400_000);
  assert.equal(info['localState'], 'active');
  assert.equal(info['nodeAddr'], address(2));
  assert.deepEqual(
    [...nodes.values()].map(({ hostname, role, state, logicalId, manager }) => [
      hostname,
      role,
      state,
      logicalId,
      manager?.reachability ?? '-',
      manager?.leader ?? '-',
    ]),
    [
      ['i-m1', 'manager', 'ready', address(1), 'reachable', true],
      ['i-m2', 'manager', 'ready', address(2), 'reachable', false],
      ['i-m3', 'manager', 'ready', address(3), 'reachable', false],
      ['i-w1', 'worker', 'ready', '', '-', '-'],
      ['i-w2', 'worker', 'ready', '', '-', '-'],
    ],
  );
  const worker = await bench.probe('i-w1');
  assert.equal(worker.facts.get('nodes'), 'not-a-manager');
  assert.equal(worker.facts.get('raft'), 'none');
  assert.equal(worker.info['controlAvailable'], false);
});

test('a machine waits for its volume, formats a blank one only, and says when it does not come', async () => {
  const bench = createBench();
  await bench.fleet.createVolume(volume(1), 20);
  const booting = bench.boot('i-m1', address(1), volume(1));
  await booting;
  assert.equal(bench.fleet.machines.get('i-m1')?.boot.state, 'running');
  await bench.booted('i-m1');
  assert.equal(bench.fleet.volumes.get(volume(1))?.format, 'ext4');
  await bench.fleet.detach('i-m1', volume(1));
  assert.equal((await bench.probe('i-m1')).facts.get('engine'), 'down');

  await bench.lose('i-m1');
  await bench.boot('i-m1b', address(1), volume(2));
  await bench.fleet.detach('i-m1b', volume(2));
  await bench.clock.advance(310_000);
  assert.match((await bench.probe('i-m1b')).facts.get('boot') ?? '', /^failed volume vol-00000002/);
  assert.equal((await bench.command('i-m1b', 'swarm-init')).exitCode, 13);
});

test('effects: a command that comes twice is begun once, until the power goes', async () => {
  const bench = createBench();
  await bench.swarm(1);
  const order = '00112233445566aa';
  const publish = async (fence: number) => (await bench.command('i-m1', 'publish-tokens', { order }, fence)).exitCode;
  assert.deepEqual([await publish(1), await publish(1), await publish(2), await publish(2)], [0, 16, 0, 16]);
  await bench.fleet.stop('i-m1', 'kill');
  await bench.finish(bench.fleet.start('i-m1'));
  assert.equal(await publish(2), 40, 'the script is begun: it finds no leader yet');
});

test('effects: identity, fence, lock', async () => {
  const bench = createBench();
  await bench.swarm(1);
  assert.equal((await bench.command('i-m1', 'publish-tokens', { instances: 'i-other' })).exitCode, 10);
  assert.equal((await bench.command('i-m1', 'publish-tokens', {}, 7)).exitCode, 0);
  const stale = await bench.command('i-m1', 'publish-tokens', {}, 6);
  assert.equal(stale.exitCode, 11);
  assert.match(stale.stderr, /^everswarm: 11 /);
  const slow = bench.send('i-m1', 'engine-restart', {}, 7);
  const busy = bench.send('i-m1', 'publish-tokens', {}, 7);
  assert.equal((await bench.finish(busy)).exitCode, 12);
  assert.equal((await bench.finish(slow)).exitCode, 0);
});

test('init is refused over Raft state and on a root disk; repeated on a manager it publishes tokens', async () => {
  const bench = createBench();
  await bench.swarm(1);
  bench.parameters.clear();
  await bench.ok('i-m1', 'swarm-init');
  assert.equal(bench.parameters.size, 2);
  await bench.boot('i-w1', '10.0.1.100');
  assert.equal((await bench.command('i-w1', 'swarm-init')).exitCode, 30);
  bench.fleet.faults.damage(volume(1), 'raft-garbage');
  await bench.fleet.stop('i-m1', 'kill');
  await bench.finish(bench.fleet.start('i-m1'));
  assert.equal((await bench.command('i-m1', 'swarm-init')).exitCode, 30);
});

test('a task of a machine that dies is never reported; one that takes too long is timed out', async () => {
  const bench = createBench();
  await bench.swarm(1);
  const reported: string[] = [];
  bench.send('i-m1', 'engine-restart').then(({ status }) => reported.push(status));
  await bench.clock.advance(2000);
  await bench.fleet.stop('i-m1', 'kill');
  await bench.clock.advance(400_000);
  assert.deepEqual(reported, []);

  await bench.finish(bench.fleet.start('i-m1'));
  await bench.booted('i-m1');
  await bench.until('leader', () => bench.fleet.swarm.leaders().length === 1);
  const result = await bench.finish(bench.send('i-m1', 'engine-restart', {}, 1, 3));
  assert.equal(result.status, 'TimedOut');
});

test('the same seed gives the same run, another seed another', async () => {
  const run = async (seed: number) => {
    const bench = createBench({ seed });
    await bench.swarm(3, 1);
    await bench.lose('i-m1');
    await bench.clock.advance(60_000);
    await bench.manager(1, 'i-m1b');
    await bench.clock.advance(60_000);
    return JSON.stringify([bench.seconds(), (await bench.command('i-m2', 'probe')).stdout, bench.fleet.swarm.nodes()]);
  };
  assert.equal(await run(5), await run(5));
  assert.notEqual(await run(5), await run(6));
});

test('docker through exec, as the demo uses it', async () => {
  const bench = createBench();
  await bench.swarm(1, 1);
  const docker = async (...args: string[]) => bench.finish(bench.fleet.exec('i-m1', ['docker', ...args]));
  assert.match((await docker('node', 'ls')).stdout, /^ID +HOSTNAME +STATUS[^\n]*\n\w+ \* +i-m1 +Ready +Active +Leader/);
  await docker('service', 'create', '--name', 'web', '--replicas', '3', '--detach', 'busybox', 'sleep', '1000');
  await docker('secret', 'create', 'password', '/etc/hostname');
  await bench.clock.advance(10_000);
  assert.equal((await docker('service', 'ls', '--format', '{{.Name}} {{.Replicas}}')).stdout, 'web 3/3\n');
  assert.equal((await docker('secret', 'ls', '--format', '{{.Name}}')).stdout, 'password\n');
  assert.equal((await docker('info', '--format', '{{.Swarm.LocalNodeState}}')).stdout, 'active\n');
  assert.equal((await docker('node', 'inspect', '--format', '{{.Status.Addr}}', 'self')).stdout, `${address(1)}\n`);
  assert.equal((await docker('volume', 'ls')).code, 127);
  assert.equal((await docker('service', 'ps', 'nope')).code, 1);
});

test('a list of many nodes is compressed, and read by the controller all the same', async () => {
  const bench = createBench();
  await bench.swarm(1, 100);
  const { stdout } = await bench.command('i-m1', 'probe');
  assert.ok(stdout.length < 24_000, `${stdout.length} characters`);
  const { facts } = await bench.probe('i-m1');
  assert.equal(facts.get('nodes'), 'ok 101');
});
