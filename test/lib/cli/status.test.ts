import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import fc from 'fast-check';
import { parse } from 'yaml';
import { widthOf } from '../../../lib/cli/style.ts';
import { instanceId, probeAll, redeclare, terminate, wholeCluster } from '../../support/cluster.ts';
import { changedCluster } from '../../support/cluster-changes.ts';
import { M1, M3, remember, W1 } from '../plan/planned.ts';
import { down, outdate, relist } from '../plan/worlds.ts';
import { createCliWorld } from './world.ts';

const lineWith = (lines: readonly string[], text: string) => lines.find((line) => line.includes(text)) ?? '';

describe('everswarm status', () => {
  it('of a whole cluster: the quorum in words, each machine with role, state and configuration; ends with 0', async () => {
    const it = await createCliWorld(undefined, { columns: 80 });
    const { exit, out } = await it.run('status');
    assert.equal(exit, 0);
    assert.match(out[0] ?? '', /^demo in eu-west-1: whole +version 1, \d+ min old$/);
    assert.equal(out[1], '3 of 3 managers, one may fail; 10.42.0.10 leads');
    assert.match(lineWith(out, M1), /10\.42\.0\.10 +i-\w+ +1a +leader +ready +current +30 min/);
    assert.match(lineWith(out, W1), /1a +worker +ready +current/);
    assert.ok(out.includes('managers  3 of 3 ready'));
  });

  it('of one that is broken: what is done, held back and waited for, under the machine; ends with 3', async () => {
    const cluster = wholeCluster();
    terminate(cluster, M3);
    probeAll(cluster);
    const it = await createCliWorld(cluster, { columns: 80 });
    const { exit, out } = await it.run('status');
    assert.equal(exit, 3);
    assert.match(out[0] ?? '', /: not whole/);
    const at = out.findIndex((line) => /10\.42\.2\.10 +- +1c +- +missing/.test(line));
    assert.match(out[at + 1] ?? '', /└ launch a machine: 10\.42\.2\.10 has no machine/);
    assert.match(out.join('\n'), /managers {2}2 of 3 ready/);
  });

  it('without a quorum it says so, and calls nothing ready that is not known', async () => {
    const cluster = wholeCluster();
    relist(cluster, (node) => (node.raft === undefined ? node : down(node)));
    const it = await createCliWorld(cluster, { columns: 80 });
    const { exit, out } = await it.run('status');
    assert.equal(exit, 3);
    assert.match(out[1] ?? '', /^no quorum: /);
    assert.match(out.join('\n'), /workers {2}0 of 2 ready, 2 not known/);
  });

  it('tells of a pause, a roll-out, a drain, and a controller that is not heard of', async () => {
    const cluster = wholeCluster();
    outdate(cluster, 'workers');
    relist(cluster, (node) => (node.hostname === W1 ? { ...node, availability: 'drain' } : node));
    const it = await createCliWorld(cluster, { columns: 80 });
    await it.run('pause', '-y', '-r', 'work on the network');
    const text = (await it.run('status')).out.join('\n');
    assert.match(text, /Paused by ana@laptop 0 s ago: work on the network/);
    assert.match(text, /The controller has never been heard of/);
    assert.match(text, /workers {2}2 of 2 ready, 2 machines to be replaced/);
    assert.match(text, /1a +worker +drained +former/);
    assert.doesNotMatch(text, /held: paused/);
  });

  it('does not ask the machines where it is told not to', async () => {
    const it = await createCliWorld();
    const { exit, out } = await it.run('status', '--no-ask');
    assert.deepEqual(it.asked, []);
    assert.equal(exit, 3, 'nobody says that it is whole');
    assert.match(out.join('\n'), /the managers were not asked/);
  });

  it('of a large group shows those that are not well, and all of them on demand', async () => {
    const cluster = wholeCluster({ workers: 30 });
    relist(cluster, (node) => (node.hostname === instanceId(107) ? down(node) : node));
    const it = await createCliWorld(cluster, { columns: 80 });
    const { out } = await it.run('status');
    assert.ok(lineWith(out, instanceId(107)) !== '');
    assert.match(out.join('\n'), /… and 29 more, all ready \(--all shows them\)/);
    const all = (await it.run('status', '--all')).out;
    assert.equal(all.filter((line) => / i-0000/.test(line)).length >= 33, true);
  });

  it('does not tell the same of hundreds', async () => {
    const cluster = wholeCluster({ workers: 60 });
    redeclare(cluster, 'workers', { allocation: { kind: 'size', size: 0 } });
    const { out } = await (await createCliWorld(cluster, { columns: 80 })).run('status');
    assert.match(out.join('\n'), /… and 40 more, all ready/);
    assert.ok(out.length < 60);
  });

  it('gives programs the same as data: JSON and YAML, with moments as ISO 8601', async () => {
    const it = await createCliWorld();
    const json = await it.run('status', '-o', 'json');
    const data = JSON.parse(json.out.join('\n'));
    assert.equal(data.whole, true);
    assert.equal(data.quorum.margin, 1);
    assert.match(data.at, /^\d{4}-\d\d-\d\dT/);
    assert.match(data.groups[0].machines[0].launchedAt, /^\d{4}-\d\d-\d\dT/);
    assert.deepEqual(parse((await it.run('status', '-o', 'yaml')).out.join('\n')), data);
  });

  it('colours only what the words say as well', async () => {
    const cluster = wholeCluster();
    remember(cluster, W1, 'leaving');
    const [plain, coloured] = [await createCliWorld(cluster), await createCliWorld(cluster, { color: true })];
    const [without, withColor] = [(await plain.run('status')).out, (await coloured.run('status')).out];
    assert.notDeepEqual(withColor, without);
    assert.deepEqual(
      withColor.map((line) => stripVTControlCharacters(line)),
      without,
    );
    const json = await coloured.run('status', '-o', 'json');
    assert.equal(JSON.parse(json.out.join('\n')).cluster, 'demo');
  });

  it('fits every terminal, whatever the cluster is like', async () => {
    await fc.assert(
      fc.asyncProperty(changedCluster, fc.constantFrom(100, 80, 60, 48), async (cluster, columns) => {
        const it = await createCliWorld(cluster, { columns });
        const { out, notes, exit } = await it.run('status', '--all');
        assert.deepEqual(notes, []);
        assert.ok(exit === 0 || exit === 3);
        assert.deepEqual(
          out.filter((line) => widthOf(line) > columns),
          [],
        );
      }),
      { numRuns: 60 },
    );
  });
});
