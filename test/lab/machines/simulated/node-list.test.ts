import assert from 'node:assert/strict';
import { test } from 'node:test';
import { write } from '../../../../lab/machines/simulated/swarm/client.ts';
import type { NodeRecord } from '../../../../lab/machines/simulated/swarm/log.ts';
import { parseNodePage } from '../../../../lib/observe/node-pages.ts';
import { parseProbeReport } from '../../../../lib/observe/probe-report.ts';
import { createBench } from './bench.ts';

const REAL_ID = 'i-0123456789abcdef0';
const named = (report: string) => report.replace(/^instance .*$/m, `instance ${REAL_ID}`);

/** Nodes of machines that nobody has: enough of them make the list long. */
async function crowd(bench: ReturnType<typeof createBench>, count: number): Promise<void> {
  const { world, machines } = bench.fleet;
  const engine = machines.get('i-m1')?.engine;
  assert.ok(engine);
  const some = bench.node('i-m1');
  const more = Array.from({ length: count }, (): [string, NodeRecord] => {
    const id = world.newId();
    return [id, { ...some, id, hostname: `i-0${id.slice(0, 16)}`, role: 'worker', engineLabels: {} }];
  });
  const add = write(world, engine, 'crowd', (state) => ({ ...state, nodes: new Map([...more, ...state.nodes]) }));
  await bench.finish(add);
}

test('a list too long for one report comes in pages of one snapshot, all managers on the first', async () => {
  const bench = createBench();
  await bench.swarm(3);
  await crowd(bench, 1000);
  const { stdout } = await bench.ok('i-m1', 'probe');
  assert.ok(stdout.length < 24_000);
  const report = parseProbeReport(named(stdout));
  assert.ok(report.ok && report.more !== undefined);
  const { probe, more } = report;
  assert.equal(probe.nodesComplete, false);
  assert.equal(more.total, 1003);
  const ids = probe.nodes?.map(({ id }) => id) ?? [];
  assert.equal(probe.nodes?.slice(0, 3).filter(({ raft }) => raft !== undefined).length, 3);
  // A node that is gone meanwhile is in the list all the same.
  await bench.ok('i-m1', 'node-remove', { node: ids[10] ?? '' });
  for (let page = 2; page <= more.pages; page += 1) {
    const result = await bench.ok('i-m1', 'node-list', { snapshot: more.snapshot, page: String(page) });
    assert.ok(result.stdout.length < 24_000);
    const parsed = parseNodePage(named(result.stdout), { instanceId: REAL_ID, page, list: more });
    assert.ok(parsed.ok, parsed.ok ? '' : parsed.reason);
    ids.push(...parsed.nodes.map(({ id }) => id));
  }
  assert.equal(new Set(ids).size, 1003);
  const gone = await bench.command('i-m1', 'node-list', { snapshot: '1-1', page: '2' });
  assert.equal(gone.exitCode, 14);
  for (let probes = 0; probes < 5; probes += 1) await bench.ok('i-m1', 'probe');
  const old = await bench.command('i-m1', 'node-list', { snapshot: more.snapshot, page: '2' });
  assert.equal(old.exitCode, 14, 'only the last lists are kept');
});

test('the leader alone counts the tasks of each node, and leaves it in a large Swarm', async () => {
  const bench = createBench();
  await bench.swarm(3, 1);
  await bench.finish(bench.fleet.swarm.createService('i-m1', { name: 'web', replicas: 8 }));
  await bench.clock.advance(10_000);
  const tasks = async (id: string) => (await bench.probe(id)).facts.get('tasks');
  const counted: Record<string, number> = JSON.parse((await tasks(bench.leader())) ?? '{}');
  assert.equal(counted[bench.node('i-w1').id], 2);
  assert.equal(await tasks(bench.follower()), undefined);
  await crowd(bench, 100);
  assert.equal(await tasks(bench.leader()), undefined);
});
