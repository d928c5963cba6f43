import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tokenParameterName } from '../../../../lib/names.ts';
import { address, CLUSTER, createBench } from './bench.ts';

const asWorker = { role: 'worker', managers: address(1) };

test('rotated tokens are published, and the former ones let nobody in any more', async () => {
  const bench = createBench();
  await bench.swarm(3);
  const names = (['manager', 'worker'] as const).map((role) => tokenParameterName(CLUSTER, role));
  const before = names.map((name) => bench.parameters.get(name) ?? '');
  await bench.ok('i-m2', 'rotate-tokens');
  const after = names.map((name) => bench.parameters.get(name) ?? '');
  assert.equal(new Set([...before, ...after]).size, 4);

  await bench.boot('i-w1', '10.0.1.1');
  await bench.booted('i-w1');
  bench.parameters.set(names[1] ?? '', before[1] ?? '');
  assert.equal((await bench.command('i-w1', 'swarm-join', asWorker)).exitCode, 20);
  bench.parameters.set(names[1] ?? '', after[1] ?? '');
  await bench.ok('i-w1', 'swarm-join', asWorker);
});

test('nothing is rotated by a worker, or without a quorum', async () => {
  const bench = createBench();
  await bench.swarm(3);
  const { tokens } = bench.fleet.swarm.state() ?? {};
  await bench.boot('i-w1', '10.0.1.1');
  await bench.booted('i-w1');
  await bench.ok('i-w1', 'swarm-join', asWorker);
  assert.equal((await bench.command('i-w1', 'rotate-tokens')).exitCode, 40);
  assert.deepEqual(bench.fleet.swarm.state()?.tokens, tokens);
  await bench.lose('i-m2');
  await bench.lose('i-m3');
  await bench.clock.advance(60_000);
  assert.equal((await bench.command('i-m1', 'rotate-tokens')).exitCode, 40);
});
