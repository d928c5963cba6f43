import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { EventRecord } from '../../../lib/store/store.ts';
import { createCliWorld, type TestCli } from './world.ts';

const event = (at: number, name: string): EventRecord => ({
  at,
  kind: 'action',
  name,
  subject: 'demo',
  reason: 'a test',
  fence: 1,
});

async function logged(names: readonly string[]): Promise<TestCli> {
  const it = await createCliWorld();
  const now = it.clock.now();
  await it.store.log(names.map((name, index) => event(now - (names.length - index) * 60_000, name)));
  return it;
}

const namesIn = (lines: readonly string[]) => lines.map((line) => / (\w+) demo: a test$/.exec(line)?.[1]);

describe('everswarm events', () => {
  it('shows the newest, oldest first, as many as asked for, and since when', async () => {
    const it = await logged(['a', 'b', 'c', 'd']);
    assert.deepEqual(namesIn((await it.run('events')).out), ['a', 'b', 'c', 'd']);
    assert.deepEqual(namesIn((await it.run('events', '-n', '2')).out), ['c', 'd']);
    assert.deepEqual(namesIn((await it.run('events', '--since', '3m')).out), ['b', 'c', 'd']);
    const [first] = JSON.parse((await it.run('events', '-o', 'json')).out.join('\n'));
    assert.deepEqual([first.name, first.at], ['a', new Date(it.clock.now() - 240_000).toISOString()]);
  });

  it('follows what comes, each once, also those of one millisecond, until it is interrupted', async () => {
    const it = await logged(['a', 'b']);
    const running = it.runFor(20_000, 'events', '--follow', '-n', '1');
    await it.clock.sleep(2_000);
    const at = it.clock.now();
    await it.store.log([event(at, 'c'), event(at, 'd')]);
    await it.clock.sleep(4_000);
    await it.store.log([event(at, 'e')]);
    const { exit, out } = await running;
    assert.equal(exit, 0);
    assert.deepEqual(namesIn(out), ['b', 'c', 'd', 'e']);
  });

  it('gives programs a line of JSON for each while it follows', async () => {
    const it = await logged(['a', 'b']);
    const { out } = await it.runFor(5_000, 'events', '--follow', '-o', 'json');
    assert.deepEqual(
      out.map((line) => JSON.parse(line).name),
      ['a', 'b'],
    );
  });

  it('are found for one machine in its description', async () => {
    const it = await createCliWorld();
    const about = (subject: string): EventRecord => ({ ...event(it.clock.now(), 'seen'), subject });
    await it.store.log([about('pet/10.42.1.10'), about('10.42.1.1'), about('10.42.1.100')]);
    const { out } = await it.run('describe', '10.42.1.10', '-o', 'json');
    const { events } = JSON.parse(out.join('\n'));
    assert.deepEqual(
      events.map(({ subject }: EventRecord) => subject),
      ['pet/10.42.1.10'],
    );
  });
});
