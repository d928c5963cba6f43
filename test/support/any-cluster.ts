import fc from 'fast-check';
import { arbitraryCluster } from './arbitrary-cluster.ts';
import { brokenCluster } from './broken-cluster.ts';
import type { TestCluster } from './cluster.ts';
import { changedCluster } from './cluster-changes.ts';

/** Nonsense, things that happened, and things that people and the controller did, in a mixture that reaches every kind of action. */
export const anyCluster: fc.Arbitrary<TestCluster> = fc.oneof(
  arbitraryCluster,
  { arbitrary: brokenCluster, weight: 2 },
  { arbitrary: changedCluster, weight: 3 },
);
