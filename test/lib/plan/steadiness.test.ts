import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { ProbeOutcome } from '../../../lib/observe/observation.ts';
import { plan } from '../../../lib/plan/plan.ts';
import { ACTION_KINDS } from '../../support/action-kinds.ts';
import { anyCluster } from '../../support/any-cluster.ts';
import { planInput, type TestCluster } from '../../support/cluster.ts';

type Shuffle = <T>(list: Iterable<T>) => T[];

const arbitraryShuffle: fc.Arbitrary<Shuffle> = fc.func(fc.nat()).map((random) => (list) => {
  const keyed = [...list].map((item, index) => ({ item, key: random(index) }));
  return keyed.sort((a, b) => a.key - b.key).map(({ item }) => item);
});

/** The same cluster, with every list and map of it in another order. */
function reordered(cluster: TestCluster, shuffle: Shuffle): TestCluster {
  const { agentsOnline, probes, records, committed } = cluster;
  const outcomeOf = (outcome: ProbeOutcome): ProbeOutcome =>
    outcome.kind === 'answered' && outcome.probe.nodes !== undefined
      ? { ...outcome, probe: { ...outcome.probe, nodes: shuffle(outcome.probe.nodes) } }
      : outcome;
  const groups = Object.fromEntries(shuffle(Object.entries(committed.spec.groups)));
  return {
    ...cluster,
    committed: { ...committed, spec: { ...committed.spec, groups } },
    instances: shuffle(cluster.instances),
    interfaces: shuffle(cluster.interfaces),
    volumes: shuffle(cluster.volumes),
    agentsOnline: agentsOnline.seen ? { seen: true, value: new Set(shuffle(agentsOnline.value)) } : agentsOnline,
    probes: probes && new Map(shuffle(probes).map(([id, outcome]) => [id, outcomeOf(outcome)])),
    records: {
      ...records,
      launches: new Map(shuffle(records.launches)),
      suspicions: new Map(shuffle(records.suspicions)),
      orders: new Map(shuffle(records.orders)),
      rollouts: new Map(shuffle(records.rollouts)),
    },
    former: new Map(shuffle(cluster.former)),
  };
}

describe('a plan for any observation', () => {
  it('does not depend on the order of any list', () => {
    fc.assert(
      fc.property(anyCluster, arbitraryShuffle, (cluster, shuffle) => {
        assert.deepEqual(plan(planInput(reordered(cluster, shuffle))), plan(planInput(cluster)));
      }),
      { numRuns: 2_000 },
    );
  });

  it('leaves what it was made from as it is, and comes out the same again', () => {
    fc.assert(
      fc.property(anyCluster, (cluster) => {
        const input = planInput(cluster);
        const before = structuredClone(input);
        const decided = plan(input);
        assert.deepEqual(input, before);
        assert.deepEqual(plan(input), decided);
        assert.deepEqual(plan(before), decided);
      }),
      { numRuns: 500 },
    );
  });

  it('can hold every kind of action: these clusters reach all of them', () => {
    // A fixed seed: whether the rarest is met among so many is not left to chance.
    const clusters = fc.sample(anyCluster, { numRuns: 4_000, seed: 1 });
    const reached = new Set(clusters.flatMap((cluster) => plan(planInput(cluster)).actions.map(({ kind }) => kind)));
    assert.deepEqual([...reached].sort(), ACTION_KINDS);
  });
});
