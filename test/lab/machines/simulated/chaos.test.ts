import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SwarmError } from '../../../../lab/machines/simulated/swarm/errors.ts';
import { seededRandom } from '../../../support/random.ts';
import { createBench } from './bench.ts';

const RUNS = 60;
const STEPS = 25;

/**
 * Whatever is killed, cut off and brought back, as long as each manager returns with its own disk and address:
 * never two leaders with a majority, no acknowledged write lost, and whole again when everything is back.
 */
test(`${RUNS} random stories of kills, cuts and returns`, async () => {
  for (let seed = 1; seed <= RUNS; seed += 1) await story(seed);
});

async function story(seed: number): Promise<void> {
  const bench = createBench({ seed });
  const random = seededRandom(seed + 1000);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] ?? assert.fail('empty');
  const size = pick([3, 5]);
  const numbers = Array.from({ length: size }, (_, i) => i + 1);
  await bench.swarm(size, 1);
  const ids = bench.fleet.swarm.nodes().map(({ id }) => id);
  /** Instance id by number, while it lives. */
  const alive = new Map(numbers.map((n) => [n, `i-m${n}`]));
  let launches = 0;
  let writes = 0;

  const bringBack = async (n: number) => {
    launches += 1;
    const id = `i-m${n}-${launches}`;
    alive.set(n, id);
    await bench.manager(n, id);
  };
  const steps: (() => Promise<void> | void)[] = [
    async () => {
      const n = pick(numbers);
      const id = alive.get(n);
      if (id === undefined) return;
      alive.delete(n);
      await bench.lose(id);
    },
    async () => {
      const gone = numbers.filter((n) => !alive.has(n));
      if (gone.length > 0) await bringBack(pick(gone));
    },
    () => bench.fleet.faults.partition([[...alive.values()].filter(() => random() < 0.4)]),
    () => bench.fleet.faults.heal(),
    async () => {
      const id = pick([...alive.values(), 'none']);
      const engine = bench.fleet.machines.get(id)?.engine;
      if (engine === undefined) return;
      writes += 1;
      try {
        await bench.finish(bench.fleet.swarm.createSecret(id, `secret-${writes}`));
      } catch (error) {
        if (!(error instanceof SwarmError)) throw error;
      }
    },
    async () => {
      const engine = bench.fleet.machines.get(pick([...alive.values(), 'none']))?.engine;
      if (engine?.process === 'up') bench.fleet.faults.killEngine(engine.instanceId);
      else if (engine?.process === 'down') bench.fleet.faults.startEngine(engine.instanceId);
    },
  ];
  for (let step = 0; step < STEPS; step += 1) {
    await pick(steps)();
    await bench.clock.advance(Math.floor(random() * random() * 40_000));
    assert.ok(
      bench.fleet.swarm.leaders().length <= 1,
      `seed ${seed}: ${bench.fleet.swarm.leaders().join(' and ')} lead`,
    );
    assert.deepEqual(bench.fleet.swarm.lostWrites(), [], `seed ${seed}`);
  }
  bench.fleet.faults.heal();
  for (const n of numbers) if (!alive.has(n)) await bringBack(n);
  for (const id of alive.values()) {
    await bench.booted(id);
    if (bench.fleet.swarm.engine(id).process === 'down') bench.fleet.faults.startEngine(id);
  }
  const whole = () => bench.fleet.swarm.nodes().length === ids.length && bench.fleet.swarm.nodes().every(isReady);
  await bench.until(`whole again, seed ${seed}`, whole, 60);
  assert.deepEqual(
    bench.fleet.swarm
      .nodes()
      .map(({ id }) => id)
      .toSorted(),
    ids.toSorted(),
  );
  assert.deepEqual(bench.fleet.swarm.lostWrites(), [], `seed ${seed}`);
}

function isReady({ state }: { readonly state: string }): boolean {
  return state === 'ready';
}
