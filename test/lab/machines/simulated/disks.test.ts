import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Damage } from '../../../../lab/machines/simulated/disk.ts';
import { address, createBench, volume } from './bench.ts';

test('same disk, another address: never rejoins, though the node may show as ready', async () => {
  const bench = createBench();
  await bench.swarm(3);
  const { id } = bench.node('i-m3');
  await bench.lose('i-m3');
  await bench.boot('i-m3b', '10.0.3.77', volume(3));
  await bench.booted('i-m3b');
  await bench.clock.advance(120_000);
  const { nodes } = await bench.probe('i-m1');
  const moved = nodes.get('i-m3b');
  assert.equal(moved?.id, id);
  assert.equal(moved?.state, 'ready');
  assert.equal(moved?.addr, '10.0.3.77');
  assert.deepEqual(moved?.manager, { reachability: 'unreachable', leader: false, addr: `${address(3)}:2377` });
  await bench.lose('i-m2');
  await bench.clock.advance(60_000);
  assert.deepEqual(bench.fleet.swarm.leaders(), [], 'it does not count for the quorum');
});

test('a stale snapshot as the same member: 20.10 dies again and again while its leader remembers, 26.1.5 takes it', async () => {
  for (const [engineVersion, process] of [
    ['20.10.24', 'crash-loop'],
    ['26.1.5', 'up'],
  ] as const) {
    const bench = createBench({ figures: { engineVersion } });
    await bench.swarm(3);
    const copy = bench.fleet.faults.snapshot(volume(3));
    await bench.finish(bench.fleet.swarm.createSecret('i-m1', 'later'));
    await bench.lose('i-m3');
    bench.fleet.faults.restore(volume(3), copy);
    await bench.manager(3, 'i-m3b');
    await bench.booted('i-m3b');
    await bench.clock.advance(30_000);
    assert.equal(bench.fleet.swarm.engine('i-m3b').process, process);
    assert.deepEqual(bench.fleet.swarm.lostWrites(), []);
    if (process === 'crash-loop') assert.equal((await bench.probe('i-m3b')).facts.get('engine'), 'down');
  }
});

test('two stale disks that make a majority lose acknowledged writes, and overwrite the newer member', async () => {
  let lost = 0;
  for (let seed = 1; seed <= 20; seed += 1) {
    const bench = createBench({ seed, figures: { engineVersion: '26.1.5' } });
    await bench.swarm(3);
    const copies = [1, 2].map((n) => bench.fleet.faults.snapshot(volume(n)));
    for (const name of ['a', 'b', 'c']) await bench.finish(bench.fleet.swarm.createSecret('i-m1', name));
    for (const n of [1, 2, 3]) await bench.lose(`i-m${n}`);
    for (const [i, copy] of copies.entries()) bench.fleet.faults.restore(volume(i + 1), copy);
    for (const n of [1, 2, 3]) await bench.manager(n, `i-m${n}b`);
    await bench.until('leader', () => bench.fleet.swarm.leaders().length === 1);
    await bench.clock.advance(20_000);
    const { secrets } = bench.fleet.swarm.state() ?? assert.fail('no leader');
    assert.equal(bench.fleet.swarm.lostWrites().length, secrets.size === 3 ? 0 : 3);
    assert.equal(bench.fleet.volumes.get(volume(3))?.swarm?.raft?.head.state.secrets.size, secrets.size);
    if (secrets.size === 0) lost += 1;
  }
  assert.ok(lost > 5 && lost < 20, `lost in ${lost} of 20`);
});

test('crash-consistent copies put back at once come back whole', async () => {
  for (let seed = 1; seed <= 5; seed += 1) {
    const bench = createBench({ seed });
    await bench.swarm(3);
    await bench.finish(bench.fleet.swarm.createSecret('i-m1', 'last'));
    const { id } = bench.node('i-m2');
    const copy = bench.fleet.faults.snapshot(volume(2));
    await bench.lose('i-m2');
    bench.fleet.faults.restore(volume(2), copy);
    await bench.manager(2, 'i-m2b');
    await bench.until('back', () => bench.fleet.swarm.nodes().some((node) => node.hostname === 'i-m2b'), 30);
    assert.equal(bench.node('i-m2b').id, id);
  }
});

test('the same disk on a second engine: the original stays', async () => {
  const bench = createBench();
  await bench.swarm(3);
  const copy = bench.fleet.faults.snapshot(volume(3));
  await bench.fleet.createVolume(volume(9), 20);
  bench.fleet.faults.restore(volume(9), copy);
  await bench.boot('i-copy', '10.0.3.99', volume(9));
  await bench.clock.advance(60_000);
  assert.equal(bench.node('i-m3').address, address(3));
  assert.equal(bench.node('i-m3').state, 'ready');
  assert.equal((await bench.probe('i-m1')).nodes.get('i-m3')?.manager?.reachability, 'reachable');
});

describe('damaged disks', () => {
  const found = async (damage: Damage, engineVersion: '20.10.24' | '26.1.5') => {
    const bench = createBench({ figures: { engineVersion } });
    await bench.swarm(3);
    await bench.lose('i-m3');
    bench.fleet.faults.damage(volume(3), damage);
    await bench.manager(3, 'i-m3b');
    await bench.booted('i-m3b');
    await bench.clock.advance(30_000);
    const { facts, info } = await bench.probe('i-m3b');
    return [facts.get('engine'), info['localState'], facts.get('raft')];
  };

  test('garbage and lost certificates: error; Raft directory deleted: dies every few seconds', async () => {
    assert.deepEqual(await found('raft-garbage', '20.10.24'), ['up', 'error', 'present']);
    assert.deepEqual(await found('certificate', '20.10.24'), ['up', 'error', 'present']);
    assert.deepEqual(await found('raft-deleted', '20.10.24'), ['down', undefined, 'none']);
  });

  test('torn tail of the log: repaired by 20.10, error on 26.1.5', async () => {
    assert.deepEqual(await found('torn-tail', '20.10.24'), ['up', 'active', 'present']);
    assert.deepEqual(await found('torn-tail', '26.1.5'), ['up', 'error', 'present']);
  });

  test('swarm directory deleted: inactive', async () => {
    const bench = createBench();
    await bench.swarm(3);
    await bench.lose('i-m3');
    bench.fleet.faults.eraseSwarm(volume(3));
    await bench.manager(3, 'i-m3b');
    await bench.booted('i-m3b');
    const { facts, info } = await bench.probe('i-m3b');
    assert.deepEqual([facts.get('raft'), info['localState']], ['none', 'inactive']);
  });
});

test('autolock: locked after each restart, until unlocked with the key that was in force when it went down', async () => {
  const bench = createBench();
  await bench.swarm(3);
  await bench.finish(bench.fleet.swarm.setAutolock('i-m1', 'first'));
  await bench.lose('i-m3');
  await bench.finish(bench.fleet.swarm.setAutolock('i-m1', 'second'));
  await bench.manager(3, 'i-m3b');
  await bench.booted('i-m3b');
  assert.equal((await bench.probe('i-m3b')).info['localState'], 'locked');
  assert.equal(bench.fleet.faults.unlockEngine('i-m3b', 'second'), false);
  assert.equal(bench.fleet.faults.unlockEngine('i-m3b', 'first'), true);
  await bench.until('back', () => bench.fleet.swarm.nodes().some((node) => node.hostname === 'i-m3b'), 14);
});

test('a manager that was off until its certificate expired: error; one that ran all the time renews it', async () => {
  const bench = createBench();
  await bench.swarm(3);
  await bench.lose('i-m3');
  await bench.clock.advance(100 * 86_400_000);
  await bench.lose('i-m2');
  await bench.manager(2, 'i-m2b');
  await bench.manager(3, 'i-m3b');
  await bench.booted('i-m3b');
  assert.equal(bench.fleet.swarm.engine('i-m3b').local, 'error');
  assert.match(String(bench.fleet.swarm.engine('i-m3b').error), /certificate has expired/);
  await bench.until('back', () => bench.fleet.swarm.nodes().some((node) => node.hostname === 'i-m2b'), 30);
});

test('force-new-cluster on the survivor: same cluster and services, the others are workers, old copies are expelled', async () => {
  const bench = createBench();
  await bench.swarm(3);
  await bench.finish(bench.fleet.swarm.createService('i-m1', { name: 'web', replicas: 1 }));
  const before = bench.fleet.swarm.state();
  await bench.lose('i-m2');
  await bench.lose('i-m3');
  await bench.clock.advance(60_000);
  await bench.finish(bench.fleet.swarm.forceNewCluster('i-m1'));
  assert.equal(bench.leader(), 'i-m1');
  const after = bench.fleet.swarm.state();
  assert.equal(after?.clusterId, before?.clusterId);
  assert.deepEqual(after?.tokens, before?.tokens);
  assert.equal(after?.services.size, 1);
  assert.deepEqual(
    bench.fleet.swarm
      .nodes()
      .map(({ role }) => role)
      .toSorted(),
    ['manager', 'worker', 'worker'],
  );
  await bench.manager(2, 'i-m2b');
  await bench.until('worker', () => bench.fleet.swarm.nodes().some((node) => node.hostname === 'i-m2b'));
  assert.equal((await bench.probe('i-m2b')).info['controlAvailable'], false);
  await bench.ok('i-m1', 'node-remove', { node: bench.node('i-m3').id });
  await bench.manager(3, 'i-m3b');
  await bench.until('expelled', () => bench.fleet.machines.get('i-m3b')?.engine?.local === 'pending');
  assert.match(String(bench.fleet.swarm.engine('i-m3b').error), /member was removed/);
});

test('force-new-cluster while the others live behind a cut: two leaders, and on healing the majority loses its writes', async () => {
  const bench = createBench();
  await bench.swarm(3);
  const alone = bench.follower();
  const others = ['i-m1', 'i-m2', 'i-m3'].filter((id) => id !== alone);
  bench.fleet.faults.partition([[alone], others]);
  await bench.clock.advance(60_000);
  await bench.finish(bench.fleet.swarm.forceNewCluster(alone));
  assert.equal(bench.fleet.swarm.leaders().length, 2);
  const [majority = ''] = bench.fleet.swarm.leaders().filter((id) => id !== alone);
  await bench.finish(bench.fleet.swarm.createSecret(majority, 'acknowledged'));
  await bench.finish(bench.fleet.swarm.createSecret(alone, 'kept'));
  assert.deepEqual(bench.fleet.swarm.lostWrites(), []);
  bench.fleet.faults.heal();
  await bench.clock.advance(30_000);
  assert.equal(bench.leader(), alone);
  assert.deepEqual(
    bench.fleet.swarm.lostWrites().map(({ entry }) => entry.what),
    ['secrets acknowledged'],
  );
  assert.equal(bench.fleet.swarm.state()?.members.size, 1);
});
