import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { MachineOrder } from '../../../lib/plan/records.ts';
import type { EventRecord } from '../../../lib/store/store.ts';
import {
  addWorker,
  instanceId,
  MANAGER_IPS,
  MINUTE,
  NOW,
  redeclare,
  terminate,
  wholeCluster,
  ZONES,
} from '../../support/cluster.ts';
import { drawn, ENDPOINT, elementsOf } from './drawn.ts';

const LIMIT = 200_000;

function event(kind: EventRecord['kind'], name: string, secondsAgo: number): EventRecord {
  return { at: NOW - secondsAgo * 1000, kind, name, subject: 'pet/10.42.0.10', reason: 'it is gone', fence: 1 };
}

describe('a whole cluster', () => {
  test('is a map of zones, with each manager at its address and the leader marked', async () => {
    const { view } = await drawn(wholeCluster());
    assert.deepEqual([view.headline.text, view.headline.tone], ['Whole', 'good']);
    assert.deepEqual(
      view.zones.map(({ zone }) => zone),
      ZONES,
    );
    const managers = view.zones.flatMap(({ blocks }) => blocks.filter(({ group }) => group === 'managers'));
    assert.deepEqual(
      managers.flatMap(({ tiles }) => tiles.map(({ name, role, tone }) => [name, role, tone])),
      MANAGER_IPS.map((ip, index) => [ip, index === 0 ? 'leader' : 'manager', 'good']),
    );
    const facts = managers[0]?.tiles[0]?.facts;
    assert.deepEqual(facts, [instanceId(1), 'vol-10.42.0.10', '30 min old']);
    assert.deepEqual([view.steps, view.held, view.rollouts], [[], [], []]);
  });

  test('says how many managers may still fail, and the time by the viewer’s clock', async () => {
    const { view } = await drawn(wholeCluster());
    assert.equal(view.facts.find(({ label }) => label === 'quorum')?.text, '3 of 3 managers, one may fail');
    assert.match(view.footer, /^Machines asked at 05:04:05 \(Local timezone\)$/);
  });
});

describe('a healing cluster', () => {
  test('shows the missing manager at its place, and the steps since it was last whole in their order', async () => {
    const cluster = wholeCluster();
    terminate(cluster, instanceId(1));
    const events = [
      event('action', 'launch', 5),
      event('action-failed', 'launch', 20),
      event('whole', 'whole', 600),
      event('action', 'join', 700),
    ];
    const { view } = await drawn(cluster, { events });

    const tile = view.zones[0]?.blocks[0]?.tiles[0];
    assert.deepEqual([tile?.name, tile?.condition, tile?.tone], ['10.42.0.10', 'missing', 'bad']);
    assert.match(tile?.notes.join() ?? '', /launch a machine/);
    assert.deepEqual(
      view.steps.slice(0, 3).map(({ when, what, subject }) => [when, what, subject]),
      [
        ['05:03:45', 'failed: launch a machine', '10.42.0.10'],
        ['05:04:00', 'launch a machine', '10.42.0.10'],
        // Its reason begins with the address.
        ['next', 'launch a machine', ''],
      ],
    );
    assert.equal(view.events.length, 4);
    assert.notEqual(view.headline.tone, 'good');
  });

  test('names the rule that holds something back', async () => {
    const cluster = wholeCluster();
    for (const id of [1, 2]) terminate(cluster, instanceId(id));
    const { view } = await drawn(cluster);
    assert.deepEqual([view.headline.text, view.headline.tone], ['No quorum', 'bad']);
    assert.ok(view.held.some(({ what }) => what === 'no-quorum'));
  });

  test('tells of a roll-out how much of it is left', async () => {
    const cluster = wholeCluster();
    redeclare(cluster, 'workers', { instanceType: 't4g.large' });
    const { view } = await drawn(cluster);
    assert.deepEqual(
      view.rollouts.map(({ when, subject, why }) => [when, subject, why]),
      [['rolling', 'workers', '2 of 2 still of another configuration']],
    );
  });
});

describe('what nobody could be asked', () => {
  test('is unknown, neither healthy nor broken', async () => {
    const { view } = await drawn(wholeCluster(), { ask: false });
    const tiles = view.zones.flatMap(({ blocks }) => blocks.flatMap((block) => block.tiles));
    assert.deepEqual([...new Set(tiles.map(({ condition }) => condition))], ['unknown']);
    assert.match(view.footer, /not asked/);
  });
});

describe('the buttons', () => {
  const orders = (html: string) =>
    elementsOf(html)
      .filter(({ name }) => name === 'cwdb-action')
      .map(({ attributes, text }) => ({ attributes, order: JSON.parse(text) }));

  test('ask before they do anything, and call the function for orders', async () => {
    const { html } = await drawn(wholeCluster());
    const found = orders(html);
    assert.deepEqual(
      found.slice(0, 2).map(({ order }) => order),
      [{ order: 'reconcile' }, { order: 'pause' }],
    );
    for (const { attributes } of found) {
      assert.match(attributes['confirmation'] ?? '', /(cluster demo|^Replace .*i-0000).*\?/);
      const { action, endpoint, display, event: trigger } = attributes;
      assert.deepEqual([action, endpoint, display, trigger], ['call', ENDPOINT, 'widget', 'click']);
    }
  });

  test('resume what is paused, and say who paused it', async () => {
    const pause = { by: 'ana', reason: 'the audit', at: NOW - 5 * MINUTE };
    const { view, html } = await drawn(wholeCluster(), { pause });
    assert.deepEqual(
      orders(html)
        .slice(0, 2)
        .map(({ order }) => order),
      [{ order: 'reconcile' }, { order: 'resume' }],
    );
    assert.equal(view.reasonField, undefined);
    assert.equal(view.headline.text, 'Paused by ana, 5 min ago: the audit');
  });

  test('replace the very machine that is shown: each that is there, and not on its way out or ordered away already', async () => {
    const cluster = wholeCluster();
    terminate(cluster, instanceId(1));
    const order: MachineOrder = { instanceId: instanceId(101), what: 'replace', by: 'bo', reason: 'slow', at: NOW };
    const { view, html } = await drawn(cluster, { order });
    const replaced = orders(html).filter((one) => one.order.order === 'replace');
    assert.deepEqual(
      replaced.map((one) => one.order.instanceId),
      [instanceId(2), instanceId(102), instanceId(3)],
    );
    assert.match(replaced[0]?.attributes['confirmation'] ?? '', /^Replace the machine of 10\.42\.1\.10, /);
    const tiles = view.zones.flatMap(({ blocks }) => blocks.flatMap((block) => block.tiles));
    const ordered = tiles.find(({ name }) => name === instanceId(101));
    assert.match(ordered?.notes.join() ?? '', /replace ordered by bo: slow/);
  });

  test('are none while the cluster is being taken down', async () => {
    const cluster = wholeCluster();
    cluster.records.mode = 'removing';
    const { html } = await drawn(cluster);
    assert.deepEqual(orders(html), []);
  });
});

describe('a thousand workers', () => {
  function large() {
    return wholeCluster({ managers: [...MANAGER_IPS, '10.42.0.11', '10.42.1.11'], workers: 1_000 });
  }

  test('are small cells, with words only for those that are not healthy', async () => {
    const cluster = large();
    cluster.instances = cluster.instances.map((one) =>
      one.id === instanceId(101) ? { ...one, state: 'pending' as const } : one,
    );
    for (let extra = 0; extra < 10; extra += 1) addWorker(cluster, instanceId(9_000 + extra), ZONES[1], NOW);
    const { view, html } = await drawn(cluster);
    const blocks = view.zones.flatMap((zone) => zone.blocks.filter(({ group }) => group === 'workers'));
    assert.equal(
      blocks.reduce((sum, { cells, tiles }) => sum + cells.length + tiles.length, 0),
      1_010,
    );
    assert.deepEqual(
      blocks.map(({ tiles, more }) => [tiles.length, more]),
      [
        [1, 0],
        [6, 4],
        [0, 0],
      ],
    );
    // Those without words come first, each with a sign, so that none is lost among the many.
    assert.deepEqual(
      blocks[1]?.cells.slice(0, 5).map(({ sign }) => sign !== ''),
      [true, true, true, true, false],
    );
    assert.ok(html.length < LIMIT, `${html.length} characters`);
  });

  test('are drawn in far less than CloudWatch would wait for', async () => {
    const { html } = await drawn(large());
    assert.ok(html.length < LIMIT / 2, `${html.length} characters`);
  });
});
