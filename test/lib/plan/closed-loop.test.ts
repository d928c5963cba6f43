import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Action } from '../../../lib/plan/action.ts';
import { isOutdated } from '../../../lib/plan/config.ts';
import { isLive } from '../../../lib/plan/world.ts';
import { settingsHash } from '../../../lib/spec/settings-hash.ts';
import type { UpdatePolicy } from '../../../lib/spec/spec.ts';
import { allowance } from '../../../lib/spec/update.ts';
import {
  committed,
  MANAGER_IPS,
  networkInterface,
  planInput,
  redeclare,
  type TestCluster,
  volume,
} from '../../support/cluster.ts';
import { converge, type Fate, type LoopOptions, type Story } from '../../support/cluster-loop.ts';
import { type ClusterModel, wholeModel } from '../../support/cluster-model.ts';

const FIVE = [...MANAGER_IPS, '10.42.0.11', '10.42.1.11'];
const RUNS = { numRuns: 60 };

/** What becomes of the first actions; all later ones are done. */
const arbitraryFates: fc.Arbitrary<readonly Fate[]> = fc.array(
  fc.constantFrom<Fate>('done', 'done', 'done', 'fails', 'unheard'),
  { maxLength: 60 },
);

const arbitraryPolicy: fc.Arbitrary<Pick<UpdatePolicy, 'maxSurge' | 'maxUnavailable' | 'healthySeconds'>> = fc.record({
  maxSurge: fc.oneof(count(3), percent()),
  maxUnavailable: fc.oneof(count(3), percent()),
  healthySeconds: fc.constantFrom(0, 15, 40),
});

function count(max: number) {
  return fc.integer({ min: 0, max }).map((some) => ({ kind: 'count' as const, count: some }));
}

function percent() {
  return fc.constantFrom(10, 25, 50, 100).map((some) => ({ kind: 'percent' as const, percent: some }));
}

function ends(model: ClusterModel, fates: readonly Fate[], check?: LoopOptions['check']): Story {
  const story = converge(model, {
    fate: (index) => fates[index] ?? 'done',
    check: (now, done) => {
      const away = now.nodes.filter(({ raft, state }) => raft !== undefined && state !== 'ready');
      assert.ok(away.length <= 1, `${away.length} voters are away`);
      const voters = now.nodes.filter(({ raft }) => raft !== undefined);
      assert.ok((voters.length - away.length) * 2 > voters.length, 'the quorum is lost');
      const touched = managersTouched(now, done);
      assert.ok(touched.size <= 1, `${[...touched].join(' and ')} in one pass`);
      check?.(now, done);
    },
  });
  assert.deepEqual(story.last, { actions: [], held: [], waiting: [], ask: [], askCanWait: false }, 'it never ends');
  const input = planInput(model.cluster);
  for (const machine of live(model)) assert.ok(!isOutdated(input, machine.group ?? '', machine));
  assert.ok(model.nodes.every(({ state, availability }) => state === 'ready' && availability === 'active'));
  return story;
}

/** Logical IDs of the managers that gain or lose a vote, or a machine, by these actions. */
function managersTouched({ cluster }: ClusterModel, done: readonly Action[]): ReadonlySet<string> {
  const ids = new Map(cluster.instances.map(({ id, logicalId }) => [id, logicalId]));
  const touched = new Set<string | undefined>();
  for (const action of done) {
    if (action.kind === 'stopEngine' || action.kind === 'restartEngine') touched.add(ids.get(action.instanceId));
    if (action.kind === 'join') for (const id of action.instanceIds) touched.add(ids.get(id));
    if (action.kind === 'demoteNode' || action.kind === 'promoteNode') touched.add(action.nodeId);
  }
  return new Set([...touched].filter((one) => one !== undefined));
}

function live({ cluster }: ClusterModel) {
  return cluster.instances.filter(isLive);
}

/** Machines of the group that take work, and those that are paid for. */
function workersOf(model: ClusterModel): { readonly working: number; readonly paid: number } {
  const ids = new Set(live(model).flatMap(({ id, group }) => (group === 'workers' ? [id] : [])));
  const working = model.nodes.filter(
    ({ hostname, state, availability }) => ids.has(hostname) && state === 'ready' && availability === 'active',
  );
  return { working: working.length, paid: ids.size };
}

function settingsOf({ cluster }: ClusterModel, role: 'manager' | 'worker'): string {
  return settingsHash(cluster.committed.spec.groups[`${role}s`] ?? assert.fail());
}

function voters(model: ClusterModel): string[] {
  return model.nodes.flatMap(({ raft, logicalId = '' }) => (raft === undefined ? [] : [logicalId])).sort();
}

function declareManagers(cluster: TestCluster, managers: readonly string[], workers: number): void {
  const { version } = cluster.committed;
  cluster.committed = { ...committed({ managers, workers }), version: version + 1 };
  for (const ip of managers) {
    if (cluster.interfaces.every(({ logicalId }) => logicalId !== ip)) cluster.interfaces.push(networkInterface(ip));
    if (cluster.volumes.every(({ logicalId }) => logicalId !== ip)) cluster.volumes.push(volume(ip));
  }
}

describe('a change that is carried out to the end', () => {
  it('rolls workers: never fewer than the group can spare, never more than the surge allows', () => {
    const any = fc.record({ workers: fc.integer({ min: 0, max: 7 }), policy: arbitraryPolicy, fates: arbitraryFates });
    fc.assert(
      fc.property(any, ({ workers, policy, fates }) => {
        const model = wholeModel({ workers });
        const { update } = model.cluster.committed.spec.groups['workers'] ?? assert.fail();
        redeclare(model.cluster, 'workers', { instanceType: 't4g.large', update: { ...update, ...policy } });
        const { surge, unavailable } = allowance(policy, workers);
        ends(model, fates, (now) => {
          const { working, paid } = workersOf(now);
          assert.ok(working >= workers - unavailable, `${working} of ${workers} work, ${unavailable} may be missing`);
          assert.ok(paid <= workers + surge, `${paid} machines for ${workers} and a surge of ${surge}`);
        });
        assert.deepEqual(workersOf(model), { working: workers, paid: workers });
        const good = model.cluster.records.rollouts.get('workers')?.good;
        assert.equal(good?.version, model.cluster.committed.version);
      }),
      RUNS,
    );
  });

  it('rolls three managers, or five: each once, the leader last, no more than one away', () => {
    const any = fc.record({ managers: fc.constantFrom<readonly string[]>(MANAGER_IPS, FIVE), fates: arbitraryFates });
    fc.assert(
      fc.property(any, ({ managers, fates }) => {
        const model = wholeModel({ managers, workers: 1 });
        const [leading = ''] = managers;
        redeclare(model.cluster, 'managers', { instanceType: 't4g.large' });
        const { actions } = ends(model, fates);
        const order = actions.flatMap((action) =>
          action.kind === 'launch' && action.order.kind === 'pet' ? [action.order.logicalId] : [],
        );
        assert.deepEqual([...new Set(order)].sort(), [...managers].sort());
        assert.equal(order.at(-1), leading);
        assert.deepEqual(voters(model), [...managers].sort());
        assert.equal(live(model).length, managers.length + 1);
      }),
      RUNS,
    );
  });

  it('rolls managers and workers at once', () => {
    fc.assert(
      fc.property(arbitraryFates, fc.integer({ min: 1, max: 4 }), (fates, workers) => {
        const model = wholeModel({ workers });
        redeclare(model.cluster, 'managers', { instanceType: 't4g.large' });
        redeclare(model.cluster, 'workers', { initCommands: ['true'] });
        ends(model, fates, (now) => assert.ok(workersOf(now).working >= workers));
      }),
      RUNS,
    );
  });

  const sizes: readonly (readonly [string, readonly string[], readonly string[]])[] = [
    ['grows from one manager to three', MANAGER_IPS.slice(0, 1), MANAGER_IPS],
    ['grows from three managers to five', MANAGER_IPS, FIVE],
    ['shrinks from five managers to three', FIVE, MANAGER_IPS],
    ['shrinks by the leader and another', FIVE, FIVE.slice(2)],
    ['shrinks from three managers to one', MANAGER_IPS, MANAGER_IPS.slice(1, 2)],
    ['exchanges a manager for another', MANAGER_IPS, [...MANAGER_IPS.slice(1), '10.42.0.11']],
  ];
  for (const [name, before, after] of sizes) {
    it(`${name}, one at a time`, () => {
      fc.assert(
        fc.property(arbitraryFates, fc.boolean(), (fates, rolled) => {
          const model = wholeModel({ managers: before, workers: 2 });
          declareManagers(model.cluster, after, 2);
          // One that is alone can't be replaced without an outage.
          if (rolled && after.length > 1) redeclare(model.cluster, 'managers', { instanceType: 't4g.large' });
          let last = voters(model).length;
          ends(model, fates, (now) => {
            const many = voters(now).length;
            assert.ok(Math.abs(many - last) <= 1, `from ${last} voters to ${many} in one step`);
            last = many;
          });
          assert.deepEqual(voters(model), [...after].sort());
          const gone = before.filter((ip) => !after.includes(ip));
          for (const ip of gone) {
            assert.ok(live(model).every(({ logicalId }) => logicalId !== ip));
            assert.deepEqual(
              model.cluster.volumes.filter(({ logicalId }) => logicalId === ip).map(({ mark }) => mark),
              ['retired'],
            );
          }
        }),
        RUNS,
      );
    });
  }

  it('scales, also while the workers are rolled: never below the lesser, never above the greater number and the surge', () => {
    const size = fc.integer({ min: 0, max: 8 });
    fc.assert(
      fc.property(size, size, arbitraryFates, fc.boolean(), (from, to, fates, rolled) => {
        const model = wholeModel({ workers: from });
        redeclare(model.cluster, 'workers', { allocation: { kind: 'size', size: to } });
        if (rolled) redeclare(model.cluster, 'workers', { instanceType: 't4g.large' });
        ends(model, fates, (now) => {
          const { working, paid } = workersOf(now);
          assert.ok(working >= Math.min(from, to), `${working} work`);
          assert.ok(paid <= Math.max(from, to) + (rolled ? 1 : 0), `${paid} are paid for`);
        });
        assert.deepEqual(workersOf(model), { working: to, paid: to });
      }),
      RUNS,
    );
  });

  it('gives engines other labels without ending a machine', () => {
    fc.assert(
      fc.property(arbitraryFates, (fates) => {
        const model = wholeModel({ workers: 3 });
        redeclare(model.cluster, 'workers', { labels: { disk: 'ssd' } });
        redeclare(model.cluster, 'managers', { labels: { rack: '7' } });
        const { actions } = ends(model, fates);
        assert.ok(actions.every(({ kind }) => kind !== 'terminate' && kind !== 'restartEngine'));
        assert.ok(model.nodes.every(({ role, settings }) => settings === settingsOf(model, role)));
        assert.equal(model.cluster.records.suspicions.size, 0);
      }),
      RUNS,
    );
  });
});
