import fc from 'fast-check';
import { arbitraryCluster } from './arbitrary-cluster.ts';
import { brokenCluster } from './broken-cluster.ts';
import type { TestCluster } from './cluster.ts';
import { changedCluster } from './cluster-changes.ts';

/** When join tokens were last rotated, milliseconds ago: it is due, or not; `undefined`: never. */
const rotated = fc.option(fc.constantFrom(60_000, 100 * 3_600_000), { nil: undefined });

/** Nonsense, things that happened, and things that people and the controller did, in a mixture that reaches every kind of action. */
export const anyCluster: fc.Arbitrary<TestCluster> = fc
  .tuple(
    fc.oneof(arbitraryCluster, { arbitrary: brokenCluster, weight: 2 }, { arbitrary: changedCluster, weight: 3 }),
    rotated,
  )
  .map(([cluster, age]) => {
    cluster.records.rotation = age === undefined ? undefined : { at: cluster.now - age, generations: {} };
    return cluster;
  });
