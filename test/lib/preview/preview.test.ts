import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ChangePreview } from '../../../lib/preview/change-preview.ts';
import { previewChange } from '../../../lib/preview/preview.ts';
import type { CommittedSpec, GroupSpec } from '../../../lib/spec/spec.ts';
import {
  addWorker,
  declaredHash,
  instanceId,
  NOW,
  planInput,
  settle,
  type TestCluster,
  terminate,
  wholeCluster,
  zoneAt,
} from '../../support/cluster.ts';

/** The spec in force with some groups changed, as the next version. */
function changed(cluster: TestCluster, change: Readonly<Record<string, Partial<GroupSpec>>>): CommittedSpec {
  const { committed } = cluster;
  const groups = Object.fromEntries(
    Object.entries(committed.spec.groups).map(([name, group]) => [name, { ...group, ...change[name] }]),
  );
  return { ...committed, version: committed.version + 1, spec: { ...committed.spec, groups } };
}

function preview(cluster: TestCluster, after: CommittedSpec = cluster.committed): ChangePreview {
  const { observation, records, former, now } = planInput(cluster);
  return previewChange({ before: cluster.committed, after, observation, records, former, now });
}

function steps({ steps: all }: ChangePreview): string[] {
  return all.map(({ what, subject, count }) => `${what} ${subject} ${count}`);
}

function counts({ replaced, launched, ended, inPlace }: ChangePreview): number[] {
  return [replaced, launched, ended, inPlace];
}

test('nothing to do: no step, no change, nothing next', () => {
  const seen = preview(wholeCluster());
  assert.deepEqual(seen, {
    changes: [],
    steps: [],
    next: [],
    held: [],
    waiting: [],
    replaced: 0,
    launched: 0,
    ended: 0,
    inPlace: 0,
    refused: [],
  });
});

test('another type of managers: followers first, the leader hands over and goes last', () => {
  const cluster = wholeCluster();
  const seen = preview(cluster, changed(cluster, { managers: { instanceType: 't4g.medium' } }));
  assert.deepEqual(steps(seen), [
    'replace 10.42.1.10 1',
    'replace 10.42.2.10 1',
    'hand-over 10.42.0.10 1',
    'replace 10.42.0.10 1',
  ]);
  assert.deepEqual(counts(seen), [3, 0, 0, 0]);
  assert.match(seen.steps[0]?.reason ?? '', /^instanceType t4g\.small → t4g\.medium; .*with its disk$/);
  assert.match(seen.steps[1]?.reason ?? '', /when the one before has been healthy for 30 s$/);
  assert.deepEqual(seen.changes, [
    { path: 'groups.managers.instanceType', from: 't4g.small', to: 't4g.medium', effect: 'replace' },
  ]);
  // The planner agrees: it begins with the same machine.
  assert.equal(seen.next[0]?.subject, instanceId(2));
});

test('another type of workers: as many as there are, with the surge said', () => {
  const cluster = wholeCluster({ workers: 8 });
  const seen = preview(cluster, changed(cluster, { workers: { instanceType: 't4g.medium' } }));
  assert.deepEqual(steps(seen), ['replace workers 8']);
  assert.match(
    seen.steps[0]?.reason ?? '',
    /up to 1 more than 8 meanwhile, none missing, each new one healthy for 15 s/,
  );
});

test('grown, shrunk, and rolled at the same time', () => {
  const cluster = wholeCluster({ workers: 8 });
  const size = (number: number): Partial<GroupSpec> => ({ allocation: { kind: 'size', size: number } });
  assert.deepEqual(counts(preview(cluster, changed(cluster, { workers: size(10) }))), [0, 2, 0, 0]);
  const shrunk = preview(cluster, changed(cluster, { workers: size(5) }));
  assert.deepEqual(counts(shrunk), [0, 0, 3, 0]);
  assert.match(shrunk.steps[0]?.reason ?? '', /^workers has 8, and 5 are declared: i-.*drained first$/);
  const type = { instanceType: 't4g.medium' };
  assert.deepEqual(counts(preview(cluster, changed(cluster, { workers: { ...size(10), ...type } }))), [8, 2, 0, 0]);
  assert.deepEqual(counts(preview(cluster, changed(cluster, { workers: { ...size(4), ...type } }))), [4, 0, 4, 0]);
});

test('in the middle of a roll-out a successor that is there is no machine too many', () => {
  const cluster = wholeCluster({ workers: 3 });
  cluster.committed = changed(cluster, { workers: { instanceType: 't4g.medium' } });
  addWorker(cluster, instanceId(200), zoneAt(0));
  const seen = preview(cluster);
  assert.deepEqual(counts(seen), [2, 0, 0, 0]);
});

test('labels are changed in place, and only on machines that stay', () => {
  const cluster = wholeCluster({ workers: 4 });
  const labels = { labels: { disk: 'ssd' } };
  const seen = preview(cluster, changed(cluster, { workers: labels }));
  assert.deepEqual(steps(seen), ['settings workers 4']);
  assert.deepEqual(counts(seen), [0, 0, 0, 4]);
  cluster.probes = undefined;
  assert.deepEqual(counts(preview(cluster, changed(cluster, { workers: labels }))), [0, 0, 0, 4], 'nobody was asked');
  const both = { ...labels, instanceType: 't4g.medium' };
  assert.deepEqual(counts(preview(cluster, changed(cluster, { workers: both }))), [4, 0, 0, 0]);
});

test('how a group is rolled changes nothing of its machines', () => {
  const cluster = wholeCluster();
  const update = cluster.committed.spec.groups['workers']?.update;
  assert.ok(update !== undefined);
  const seen = preview(cluster, changed(cluster, { workers: { update: { ...update, healthySeconds: 60 } } }));
  assert.deepEqual(
    seen.changes.map(({ path, effect }) => `${path} ${effect}`),
    ['groups.workers.update.healthySeconds none'],
  );
  assert.deepEqual(counts(seen), [0, 0, 0, 0]);
});

test('a manager that is gone comes back; one that was dropped goes', () => {
  const cluster = wholeCluster();
  terminate(cluster, instanceId(3));
  const seen = preview(cluster);
  assert.deepEqual(steps(seen), ['launch 10.42.2.10 1']);
  assert.deepEqual(
    seen.next.map(({ what, subject }) => `${what} ${subject}`),
    ['launch 10.42.2.10'],
  );

  const five = wholeCluster({ managers: ['10.42.0.10', '10.42.1.10', '10.42.2.10', '10.42.0.11', '10.42.1.11'] });
  const three: Partial<GroupSpec> = {
    allocation: { kind: 'logicalIds', logicalIds: ['10.42.0.10', '10.42.1.10', '10.42.2.10'] },
  };
  const shrunk = preview(five, changed(five, { managers: three }));
  assert.deepEqual(steps(shrunk), ['end 10.42.0.11 1', 'end 10.42.1.11 1']);
  assert.deepEqual(
    shrunk.refused.map(({ code, what }) => `${code} ${what.slice(0, 26)}`),
    ['needs-deploy groups.managers.allocation'],
  );
});

test('a halted roll-out is refused with the way on and the way back', () => {
  const cluster = wholeCluster();
  const before = cluster.committed;
  cluster.committed = changed(cluster, { workers: { instanceType: 't4g.medium' } });
  const halt = { hash: declaredHash(cluster, 'workers'), by: 'ana', reason: 'to look at it', at: NOW };
  const good = cluster.records.rollouts.get('workers')?.good;
  cluster.records.rollouts.set('workers', { group: 'workers', good, halt, resumedAt: undefined });
  const seen = preview(cluster);
  assert.deepEqual(counts(seen), [0, 0, 0, 0]);
  assert.equal(seen.refused[0]?.code, 'halted');
  assert.match(seen.refused[0]?.why ?? '', /halted by ana: to look at it/);
  assert.match(seen.refused[0]?.remedy ?? '', /rollout resume workers.*rollout undo workers/);
  // To the former configuration there is no halt.
  assert.deepEqual(preview(cluster, { ...before, version: 3 }).refused, []);
});

test('one manager can not be replaced without an outage, and two neither', () => {
  const cluster = wholeCluster({ managers: ['10.42.0.10'] });
  const seen = preview(cluster, changed(cluster, { managers: { instanceType: 't4g.medium' } }));
  assert.deepEqual(counts(seen), [0, 0, 0, 0]);
  assert.deepEqual(
    seen.refused.map(({ code }) => code),
    ['no-majority'],
  );
});

test('a new image needs other machines, a new name for the same one does not', () => {
  const cluster = wholeCluster();
  const ami = { source: { kind: 'parameter', name: '/image' }, docker: 'preinstalled' } as const;
  const named = changed(cluster, { workers: { ami } });
  assert.deepEqual(counts(preview(cluster, named)), [0, 0, 0, 0]);
  assert.equal(preview(cluster, named).changes[0]?.effect, 'none');
  const image = { imageId: 'ami-2', rootDeviceName: '/dev/xvda' };
  const other = preview(cluster, { ...named, images: { ...named.images, workers: image } });
  assert.deepEqual(counts(other), [2, 0, 0, 0]);
  assert.deepEqual(other.changes[0], {
    path: 'groups.workers.ami',
    from: 'ami-1 (ami-1)',
    to: '/image (ami-2)',
    effect: 'replace',
  });
});

test('what only the stack can make is refused: networks, groups, the disks of pets', () => {
  const cluster = wholeCluster();
  const { spec } = cluster.committed;
  const { workers } = spec.groups;
  assert.ok(workers !== undefined);
  const volume = { sizeGiB: 40, type: 'gp3' } as const;
  const after = changed(cluster, { managers: { volume }, workers: { volume } });
  const groups = { ...after.spec.groups, more: workers };
  const seen = preview(cluster, { ...after, spec: { ...after.spec, groups, network: { ...spec.network, zones: 2 } } });
  assert.deepEqual(
    seen.refused.map(({ code, what }) => `${code}: ${what}`),
    [
      'needs-deploy: network.zones: 3 → 2',
      'needs-deploy: groups.managers.volume: 20 GiB gp3 → 40 GiB gp3',
      'needs-deploy: groups.more: - → swarm-worker, size 2',
    ],
  );
});

test('machines of a group that is declared no longer go', () => {
  const cluster = wholeCluster({ workers: 3 });
  const { workers: _, ...groups } = cluster.committed.spec.groups;
  const after = { ...cluster.committed, version: 2, spec: { ...cluster.committed.spec, groups } };
  assert.deepEqual(steps(preview(cluster, after)), ['end workers 3']);
});

test('while the cluster is recovered or taken down nothing else is done', () => {
  const cluster = wholeCluster();
  cluster.records.mode = 'removing';
  const after = changed(cluster, { workers: { instanceType: 't4g.medium' } });
  const seen = preview(cluster, after);
  assert.deepEqual([counts(seen), seen.refused.map(({ code }) => code)], [[0, 0, 0, 0], ['removing']]);
});

test('what is only written down is no step', () => {
  const cluster = wholeCluster();
  cluster.records.rollouts.clear();
  assert.deepEqual(preview(cluster).next, []);
  settle(cluster, 'workers');
  assert.deepEqual(preview(cluster).next, []);
});
