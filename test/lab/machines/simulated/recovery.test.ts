import assert from 'node:assert/strict';
import { test } from 'node:test';
import { address, createBench, volume } from './bench.ts';

type Bench = ReturnType<typeof createBench>;

const clusterOf = (bench: Bench) => bench.fleet.swarm.state()?.clusterId ?? '';
const engineOf = (bench: Bench, id: string) => bench.fleet.swarm.engine(id);

test('a manager does not leave a Swarm that has a leader', async () => {
  const bench = createBench();
  await bench.swarm(3, 1);
  assert.equal((await bench.command('i-m2', 'swarm-leave')).exitCode, 30);
  await bench.ok('i-w1', 'swarm-leave');
  assert.equal(engineOf(bench, 'i-w1').local, 'inactive');
  await bench.ok('i-w1', 'swarm-leave');
});

for (const damage of ['raft-garbage', 'certificate', 'raft-deleted'] as const) {
  test(`a manager with ${damage} leaves, once it is demoted and removed, and joins anew`, async () => {
    const bench = createBench();
    await bench.swarm(3);
    const { id } = bench.node('i-m3');
    await bench.lose('i-m3');
    bench.fleet.faults.damage(volume(3), damage);
    await bench.manager(3, 'i-m3b');
    await bench.booted('i-m3b');
    await bench.until('down', () => bench.node('i-m3').state === 'down');
    await bench.ok('i-m1', 'node-demote', { node: id });
    await bench.ok('i-m1', 'node-remove', { node: id });
    await bench.ok('i-m3b', 'swarm-leave');
    assert.equal(engineOf(bench, 'i-m3b').local, 'inactive');
    assert.equal((await bench.probe('i-m3b')).facts.get('raft-age'), 'none');
    await bench.ok('i-m3b', 'swarm-join', { role: 'manager', managers: address(1) });
    assert.equal(bench.node('i-m3b').role, 'manager');
  });
}

test('a manager that comes back with the state of a removed member is none, and says so until it leaves', async () => {
  const states = new Set<string>();
  for (let seed = 1; seed <= 6; seed += 1) {
    const bench = createBench({ seed });
    await bench.swarm(3);
    const { id } = bench.node('i-m3');
    await bench.lose('i-m3');
    await bench.until('down', () => bench.node('i-m3').state === 'down');
    await bench.ok('i-m1', 'node-demote', { node: id });
    await bench.ok('i-m1', 'node-remove', { node: id });
    await bench.manager(3, 'i-m3b');
    await bench.booted('i-m3b');
    await bench.until('told', () => engineOf(bench, 'i-m3b').error?.includes('member was removed') === true);
    states.add(engineOf(bench, 'i-m3b').local);
    assert.equal(bench.fleet.swarm.state()?.members.size, 2);
    await bench.ok('i-m3b', 'swarm-leave');
    await bench.ok('i-m3b', 'swarm-join', { role: 'manager', managers: address(1) });
  }
  assert.deepEqual([...states].sort(), ['error', 'pending']);
});

test('a Swarm is recovered from its survivor; those that come back are no managers any more', async () => {
  const bench = createBench();
  await bench.swarm(3, 1);
  await bench.finish(bench.fleet.swarm.createService('i-m1', { name: 'web', replicas: 2 }));
  const clusterId = clusterOf(bench);
  const recover = (id: string, cluster = clusterId) => bench.command(id, 'swarm-recover', { clusterId: cluster });
  assert.equal((await recover('i-m2')).exitCode, 30, 'there is a quorum');
  assert.equal((await recover('i-w1')).exitCode, 22, 'a worker has no Raft state');
  await bench.lose('i-m1');
  await bench.lose('i-m2');
  await bench.clock.advance(60_000);
  assert.deepEqual(bench.fleet.swarm.leaders(), []);
  assert.equal((await recover('i-m3', 'another')).exitCode, 22);
  assert.equal((await recover('i-m3')).exitCode, 0);
  assert.deepEqual(bench.fleet.swarm.leaders(), ['i-m3']);
  assert.equal((await recover('i-m3')).exitCode, 0, 'recovered already');
  assert.equal(clusterOf(bench), clusterId);
  assert.deepEqual(
    bench.fleet.swarm.services().map(({ name }) => name),
    ['web'],
  );
  await bench.manager(1, 'i-m1b');
  await bench.booted('i-m1b');
  await bench.clock.advance(60_000);
  assert.deepEqual(bench.fleet.swarm.leaders(), ['i-m3']);
  assert.equal(bench.fleet.swarm.state()?.members.size, 1);
  assert.equal(bench.node('i-m1b').role, 'worker');
});

test('the age of the Raft state tells which of two disks is newer', async () => {
  const bench = createBench();
  await bench.swarm(3);
  const age = async (id: string) => Number((await bench.probe(id)).facts.get('raft-age')?.split(' ')[1]);
  await bench.finish(bench.fleet.stop('i-m3', 'kill'));
  await bench.clock.advance(60_000);
  await bench.finish(bench.fleet.swarm.createConfig('i-m1', 'later'));
  await bench.finish(bench.fleet.stop('i-m1', 'kill'));
  await bench.finish(bench.fleet.stop('i-m2', 'kill'));
  await bench.finish(bench.fleet.start('i-m3'));
  await bench.booted('i-m3');
  const older = await age('i-m3');
  await bench.finish(bench.fleet.stop('i-m3', 'kill'));
  await bench.finish(bench.fleet.start('i-m2'));
  await bench.booted('i-m2');
  assert.ok((await age('i-m2')) > older);
});
