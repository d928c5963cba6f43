import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { address, createBench, numberOf } from './bench.ts';

const SEEDS = [1, 2, 3, 4, 5];

function between(value: number, least: number, most: number, what: string): void {
  assert.ok(value >= least && value <= most, `${what}: ${value} s is not within ${least} to ${most} s`);
}

for (const seed of SEEDS) {
  describe(`losses, seed ${seed}`, () => {
    test('a worker is down after 11–14 s, and its tasks run elsewhere 1–2 s later', async () => {
      const bench = createBench({ seed });
      await bench.swarm(3, 2);
      await bench.finish(bench.fleet.swarm.createService('i-m1', { name: 'web', replicas: 5 }));
      await bench.until('5 running', () => running(bench) === 5);
      const lost = bench.node('i-w1').id;
      await bench.lose('i-w1');
      between(await bench.until('down', () => bench.node('i-w1').state === 'down'), 11, 14, 'down');
      between(await bench.until('elsewhere', () => running(bench) === 5), 1, 2.2, 'rescheduled');
      assert.ok(bench.fleet.swarm.tasks().every(({ nodeId }) => nodeId !== lost));
    });

    test('a follower is unreachable after 1–3 s and down after 14 s; a committed write still works', async () => {
      const bench = createBench({ seed });
      await bench.swarm(3);
      const id = bench.node('i-m3').id;
      await bench.lose('i-m3');
      await bench.clock.advance(3000);
      const seen = (await bench.probe('i-m1')).nodes.get('i-m3');
      assert.equal(seen?.manager?.reachability, 'unreachable');
      assert.equal(seen?.state, 'ready');
      await bench.finish(bench.fleet.swarm.labelNode('i-m2', id, 'a', 'b'));
      const rest = await bench.until('down', () => bench.node('i-m3').state === 'down');
      between(3 + rest, 13, 15, 'down');
    });

    test('leader lost: an election in 12.8–15 s; then it is unknown, and down after about 42 s', async () => {
      const bench = createBench({ seed });
      await bench.swarm(3);
      await bench.lose('i-m1');
      const from = bench.seconds();
      assert.deepEqual(bench.fleet.swarm.leaders(), []);
      await bench.clock.advance(1000);
      assert.match((await bench.probe('i-m2')).facts.get('nodes') ?? '', /^failed/);
      await bench.until('a leader', () => bench.fleet.swarm.leaders().length === 1);
      between(bench.seconds() - from, 12.8, 15, 'election');
      assert.notEqual(bench.leader(), 'i-m1');
      assert.equal(bench.node('i-m1').state, 'unknown');
      await bench.until('down', () => bench.node('i-m1').state === 'down');
      between(bench.seconds() - from, 39, 45, 'down');
    });

    test('a manager with its disk and address is the same node, reachable at once if there is a leader', async () => {
      const bench = createBench({ seed });
      await bench.swarm(3);
      const { id } = bench.node('i-m3');
      await bench.lose('i-m3');
      await bench.clock.advance(20_000);
      await bench.manager(3, 'i-m3b');
      await bench.booted('i-m3b');
      const isBack = () => bench.fleet.swarm.nodes().some((one) => one.hostname === 'i-m3b' && one.state === 'ready');
      between(await bench.until('ready', isBack), 0, 3, 'back');
      assert.equal(bench.node('i-m3b').id, id);
      const seen = (await bench.probe('i-m3b')).nodes.get('i-m3b');
      assert.deepEqual(seen?.manager, { reachability: 'reachable', leader: false, addr: `${address(3)}:2377` });
    });

    test('a leader that is back before the election waits for it; its API is closed meanwhile', async () => {
      const bench = createBench({ seed });
      await bench.swarm(3);
      const { id } = bench.node('i-m1');
      const from = bench.seconds();
      await bench.lose('i-m1');
      await bench.manager(1, 'i-m1b');
      await bench.booted('i-m1b');
      assert.equal((await bench.probe('i-m1b')).facts.get('engine'), 'down');
      await bench.until('a leader', () => bench.fleet.swarm.leaders().length === 1);
      between(bench.seconds() - from, 12, 15.5, 'election');
      await bench.until('back', () => bench.fleet.swarm.nodes().some((node) => node.hostname === 'i-m1b'));
      assert.equal(bench.node('i-m1b').id, id);
      assert.equal(bench.node('i-m1b').state, 'ready');
    });

    test('two of three lost: quorum is back by itself about 10 s after one returns', async () => {
      const bench = createBench({ seed });
      await bench.swarm(3);
      await bench.lose('i-m1');
      await bench.lose('i-m2');
      await bench.clock.advance(120_000);
      assert.deepEqual(bench.fleet.swarm.leaders(), []);
      await bench.manager(2, 'i-m2b');
      await bench.booted('i-m2b');
      between(await bench.until('quorum', () => bench.fleet.swarm.leaders().length === 1), 0, 11, 'quorum');
    });

    test('all three lost, back in any order: same ids, leader 0–10 s after the second, services within 45 s', async () => {
      for (const order of [
        [1, 2, 3],
        [3, 1, 2],
        [2, 3, 1],
      ]) {
        const bench = createBench({ seed });
        await bench.swarm(3);
        await bench.finish(bench.fleet.swarm.createService('i-m1', { name: 'web', replicas: 3 }));
        await bench.finish(bench.fleet.swarm.createSecret('i-m1', 'password'));
        await bench.clock.advance(10_000);
        const ids = bench.fleet.swarm.nodes().map(({ id }) => id);
        for (const n of [1, 2, 3]) await bench.lose(`i-m${n}`);
        await bench.clock.advance(60_000);
        const [first = 0, second = 0, third = 0] = order;
        await bench.manager(first, `i-m${first}b`);
        await bench.clock.advance(30_000);
        assert.deepEqual(bench.fleet.swarm.leaders(), []);
        await bench.manager(second, `i-m${second}b`);
        await bench.booted(`i-m${second}b`);
        between(await bench.until('leader', () => bench.fleet.swarm.leaders().length === 1), 0, 11, 'leader');
        await bench.manager(third, `i-m${third}b`);
        await bench.until('all ready', () => bench.fleet.swarm.nodes().every(({ state }) => state === 'ready'));
        assert.deepEqual(
          bench.fleet.swarm.nodes().map(({ id }) => id),
          ids,
        );
        await bench.until('services', () => running(bench) === 3, 45);
        assert.equal(bench.fleet.swarm.state()?.secrets.size, 1);
        assert.deepEqual(bench.fleet.swarm.lostWrites(), []);
      }
    });

    test('no quorum: reads go on for 17 s on the old leader, then hang, then fail at once; writes fail; containers run', async () => {
      const bench = createBench({ seed });
      await bench.swarm(3);
      await bench.finish(bench.fleet.swarm.createService('i-m1', { name: 'web', replicas: 3 }));
      await bench.clock.advance(10_000);
      assert.equal(bench.fleet.swarm.engine('i-m1').containers, 1);
      await bench.lose('i-m2');
      await bench.lose('i-m3');
      const from = bench.clock.monotonic();
      assert.deepEqual(bench.fleet.swarm.leaders(), []);
      await bench.clock.advance(1000);
      await assert.rejects(bench.finish(bench.fleet.swarm.labelNode('i-m1', 'x', 'a', 'b')), { code: 'NoQuorum' });
      assert.ok(bench.clock.monotonic() - from < 16_500);
      assert.equal((await bench.probe('i-m1')).facts.get('nodes'), 'ok 3');
      await bench.clock.advance(Math.max(0, from + 18_000 - bench.clock.monotonic()));
      const before = bench.seconds();
      const hanging = await bench.probe('i-m1');
      assert.match(hanging.facts.get('nodes') ?? '', /^failed/);
      assert.ok(bench.seconds() - before > 5);
      await bench.clock.advance(30_000);
      const later = bench.seconds();
      const failing = await bench.probe('i-m1');
      assert.match(failing.facts.get('nodes') ?? '', /^failed .*does not have a leader/);
      assert.match(String(failing.info['error']), /does not have a leader/);
      assert.ok(bench.seconds() - later < 1);
      assert.equal((await bench.command('i-m1', 'publish-tokens')).exitCode, 40);
      assert.equal(bench.fleet.swarm.engine('i-m1').containers, 1);
    });
  });
}

test('an engine started without a quorum answers only after 20 s', async () => {
  const bench = createBench();
  await bench.swarm(3);
  for (const n of [1, 2, 3]) await bench.lose(`i-m${n}`);
  await bench.manager(1, 'i-m1b');
  await bench.booted('i-m1b');
  between(await bench.until('API', () => bench.fleet.swarm.engine('i-m1b').answers), 19, 21, 'API');
});

test('a clean stop takes about 11.5 s, and the stopped follower is down at once', async () => {
  const bench = createBench();
  await bench.swarm(3);
  const stopping = bench.fleet.stop('i-m3', 'clean');
  const from = bench.seconds();
  assert.equal(bench.node('i-m3').state, 'down');
  await bench.finish(stopping);
  between(bench.seconds() - from, 11, 12, 'stop');
  await bench.finish(bench.fleet.start('i-m3'));
  await bench.until('back', () => bench.node('i-m3').state === 'ready', 10);
});

test('a reboot keeps root disk, node and volume; a worker is the same node, its lost container is started again', async () => {
  const bench = createBench();
  await bench.swarm(1, 1);
  const { id } = bench.node('i-w1');
  await bench.finish(bench.fleet.swarm.createService('i-m1', { name: 'web', replicas: 2 }));
  await bench.clock.advance(10_000);
  await bench.finish(bench.fleet.reboot('i-w1'));
  await bench.until('back', () => bench.node('i-w1').state === 'ready', 20);
  assert.equal(bench.node('i-w1').id, id);
  await bench.until('tasks', () => running(bench) === 2, 45);
  await bench.finish(bench.fleet.reboot('i-m1'));
  await bench.until('leader', () => bench.fleet.swarm.leaders().length === 1, 20);
  assert.equal(bench.leader(), 'i-m1');
});

test('an engine that hangs takes part, answers nobody, and is cured by a restart; so is one that was killed', async () => {
  const bench = createBench();
  await bench.swarm(3);
  bench.fleet.faults.hangEngine('i-m2');
  assert.equal((await bench.probe('i-m2')).facts.get('engine'), 'down');
  assert.equal((await bench.probe('i-m1')).nodes.get('i-m2')?.manager?.reachability, 'reachable');
  await bench.ok('i-m2', 'engine-restart');
  assert.equal((await bench.probe('i-m2')).facts.get('nodes'), 'ok 3');
  await bench.finish(bench.fleet.swarm.createService('i-m1', { name: 'web', replicas: 3 }));
  await bench.until('3 running', () => running(bench) === 3);
  assert.equal(bench.fleet.swarm.engine('i-m2').containers, 1);
  bench.fleet.faults.killEngine('i-m2');
  assert.equal(bench.fleet.swarm.engine('i-m2').containers, 0);
  await bench.until('down', () => bench.node('i-m2').state === 'down', 15);
  await bench.ok('i-m2', 'engine-restart');
  await bench.until('back', () => bench.node('i-m2').state === 'ready', 14);
});

test('a leader cut off from the others gives way to the majority side, and follows it when the cut is mended', async () => {
  const bench = createBench();
  await bench.swarm(3, 1);
  bench.fleet.faults.partition([['i-m1']]);
  await bench.until('new leader', () => bench.fleet.swarm.leaders().length === 1, 16);
  assert.notEqual(bench.leader(), 'i-m1');
  await bench.finish(bench.fleet.swarm.createSecret(bench.leader(), 'made-meanwhile'));
  assert.equal((await bench.probe('i-m1')).facts.get('nodes'), 'ok 4', 'the old leader still answers reads');
  bench.fleet.faults.heal();
  const secrets = await bench.finish(bench.fleet.exec('i-m1', ['docker', 'secret', 'ls', '--format', '{{.Name}}']));
  assert.equal(secrets.stdout, 'made-meanwhile\n');
  await bench.clock.advance(5000);
  assert.equal(bench.fleet.swarm.leaders().length, 1);
  assert.equal((await bench.probe('i-m1')).nodes.get('i-m1')?.state, 'ready');
  assert.deepEqual(bench.fleet.swarm.lostWrites(), []);
});

test('idle time costs nothing: a day of a whole swarm wakes nobody', async () => {
  const bench = createBench();
  await bench.swarm(3, 5);
  assert.ok(bench.clock.pending <= numberOf('i-m3'), `${bench.clock.pending} timers`);
  await bench.clock.advance(86_400_000);
  assert.equal(bench.clock.pending, 0);
});

test('the agent off line: the machine goes on, Systems Manager does not reach it', async () => {
  const bench = createBench();
  await bench.swarm(1);
  bench.fleet.faults.agentOffline('i-m1');
  assert.equal(bench.agents.has('i-m1'), false);
  assert.equal(bench.leader(), 'i-m1');
  bench.fleet.faults.agentOnline('i-m1');
  await bench.ok('i-m1', 'publish-tokens');
});

function running(bench: ReturnType<typeof createBench>): number {
  return bench.fleet.swarm.tasks().filter(({ state }) => state === 'running').length;
}
