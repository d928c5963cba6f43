import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { isLive } from '../../../lib/plan/world.ts';
import { CLUSTER_ID, declaredHash, MANAGER_IPS } from '../../support/cluster.ts';
import { perform } from '../../support/cluster-effects.ts';
import { converge, type Fate, type Story } from '../../support/cluster-loop.ts';
import { type ClusterModel, silenced, wholeModel } from '../../support/cluster-model.ts';
import { kinds, ofKind } from './planned.ts';
import { outdate } from './worlds.ts';

const RUNS = { numRuns: 12 };
/** Long enough for a roll-out to fail and be put right; what is halted never comes to rest. */
const STEPS = 300;
const QUIET = { actions: [], held: [], waiting: [], ask: [], askCanWait: false };

/** What becomes of the first actions; all later ones are done. */
const arbitraryFates: fc.Arbitrary<readonly Fate[]> = fc.array(
  fc.constantFrom<Fate>('done', 'done', 'done', 'fails', 'unheard'),
  { maxLength: 40 },
);

function run(model: ClusterModel, fates: readonly Fate[], check?: (model: ClusterModel) => void): Story {
  return converge(model, { fate: (index) => fates[index] ?? 'done', check: (now) => check?.(now), steps: STEPS });
}

function live(model: ClusterModel, group: string) {
  return model.cluster.instances.filter((one) => isLive(one) && one.group === group);
}

function working(model: ClusterModel, role: 'manager' | 'worker'): number {
  return model.nodes.filter((node) => node.role === role && node.state === 'ready' && node.availability === 'active')
    .length;
}

/** Machines of what is declared next never finish their boot. */
function doom(model: ClusterModel, group: string, onFailure: 'pause' | 'rollback'): string {
  outdate(model.cluster, group, { onFailure, timeout: 120, healthySeconds: 15 });
  const hash = declaredHash(model.cluster, group);
  model.doomed.add(hash);
  return hash;
}

describe('a roll-out to a configuration that never boots', () => {
  it('is halted before it has cost the workers one that works', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), arbitraryFates, (workers, fates) => {
        const model = wholeModel({ workers });
        const hash = doom(model, 'workers', 'pause');
        const { last } = run(model, fates, (now) => assert.equal(working(now, 'worker'), workers));
        assert.equal(model.cluster.records.rollouts.get('workers')?.halt?.hash, hash);
        assert.ok(last.held.some(({ rule }) => rule === 'rollout-halted'));
      }),
      RUNS,
    );
  });

  it('is rolled back: all is as it was, and nothing is left of it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), arbitraryFates, (workers, fates) => {
        const model = wholeModel({ workers });
        const before = new Set(live(model, 'workers').map(({ id }) => id));
        doom(model, 'workers', 'rollback');
        const { last } = run(model, fates, (now) => assert.equal(working(now, 'worker'), workers));
        assert.deepEqual(last, QUIET);
        assert.deepEqual(new Set(live(model, 'workers').map(({ id }) => id)), before);
      }),
      RUNS,
    );
  });

  it('costs one manager for as long as it lasts: the others stay, and with the roll-back it comes back', () => {
    fc.assert(
      fc.property(arbitraryFates, (fates) => {
        const model = wholeModel({ workers: 0 });
        doom(model, 'managers', 'rollback');
        const { last } = run(model, fates, (now) => assert.ok(working(now, 'manager') >= 2));
        assert.deepEqual(last, QUIET);
        assert.equal(working(model, 'manager'), 3);
        assert.equal(model.cluster.records.rollouts.get('managers')?.good?.version, 1);
      }),
      RUNS,
    );
  });
});

describe('a manager whose disk is lost', () => {
  it('gets a new one and joins as a new member, with the others at work all the while', () => {
    fc.assert(
      fc.property(arbitraryFates, fc.constantFrom(...MANAGER_IPS), (fates, logicalId) => {
        const model = wholeModel({ workers: 1 });
        model.cluster.volumes = model.cluster.volumes.filter((one) => one.logicalId !== logicalId);
        const { actions, last } = run(model, fates, (now) => assert.ok(working(now, 'manager') >= 2));
        assert.deepEqual(last, QUIET);
        assert.equal(working(model, 'manager'), 3);
        assert.equal(model.nodes.length, 4);
        assert.ok(kinds(actions).includes('createVolume'));
      }),
      RUNS,
    );
  });
});

describe('a Swarm whose quorum is lost for good', () => {
  it('begins anew from the survivor, on a person’s word, and all declared managers join it with new disks', () => {
    fc.assert(
      fc.property(arbitraryFates, fc.constantFrom(...MANAGER_IPS), (fates, survivor) => {
        const model = wholeModel({ workers: 2 });
        const { cluster } = model;
        model.nodes = model.nodes.map((node) => (node.role === 'manager' ? silenced(node) : node));
        for (const [id, machine] of model.machines) {
          const { logicalId } = cluster.instances.find((one) => one.id === id) ?? {};
          if (logicalId !== undefined && logicalId !== survivor) machine.engine = 'down';
        }
        const former = new Map(cluster.volumes.map(({ id, logicalId }) => [id, logicalId]));
        cluster.records.recovery = { survivor, clusterId: CLUSTER_ID, by: 'ada', requestedAt: cluster.now };
        const { actions, last } = run(model, fates);
        assert.deepEqual(last, QUIET);
        assert.equal(working(model, 'manager'), 3);
        assert.equal(model.nodes.length, 5);
        assert.equal(cluster.records.recovery, undefined);
        assert.ok(ofKind(actions, 'forceNewCluster').every(({ logicalId }) => logicalId === survivor));
        for (const { id, attachedTo } of cluster.volumes) {
          if (former.has(id)) assert.equal(attachedTo !== undefined, former.get(id) === survivor);
        }
      }),
      RUNS,
    );
  });
});

describe('a roll-out in the midst of which machines die', () => {
  it('comes to its end all the same, with everything at work', () => {
    const deaths = fc.uniqueArray(fc.record({ step: fc.integer({ min: 0, max: 60 }), which: fc.nat({ max: 9 }) }), {
      minLength: 1,
      maxLength: 3,
      selector: ({ step }) => step,
    });
    fc.assert(
      fc.property(deaths, fc.constantFrom('managers', 'workers'), (drawn, group) => {
        const model = wholeModel({ workers: 3 });
        outdate(model.cluster, group);
        let step = 0;
        const { last } = run(model, [], (now) => {
          for (const { which } of drawn.filter((one) => one.step === step)) {
            const [victims, reason] = [now.cluster.instances.filter(isLive), 'its hardware fails'];
            const victim = victims[which % Math.max(1, victims.length)];
            if (victim !== undefined) perform(now, { kind: 'terminate', instanceIds: [victim.id], reason });
          }
          step += 1;
        });
        assert.deepEqual(last, QUIET);
        assert.deepEqual([working(model, 'manager'), working(model, 'worker'), model.nodes.length], [3, 3, 6]);
        const { version } = model.cluster.committed;
        assert.equal(model.cluster.records.rollouts.get(group)?.good?.version, version);
      }),
      { numRuns: 30 },
    );
  });
});
