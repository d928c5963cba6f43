import { parseSpec } from '../../lib/spec/parse.ts';
import type { ClusterSpec } from '../../lib/spec/spec.ts';

/** A cluster as a user would declare it. */
export function specOf(managers: 1 | 3 | 5, workers: number): ClusterSpec {
  const addresses = Array.from({ length: managers }, (_, index) => `10.42.${index % 3}.${10 + Math.floor(index / 3)}`);
  return parseSpec(`cluster: sim
network: { cidr: 10.42.0.0/16, zones: 3, subnetMask: 24 }
groups:
  managers:
    flavor: swarm-manager
    allocation: { logicalIds: [${addresses.join(', ')}] }
    instanceType: t4g.small
  workers:
    flavor: swarm-worker
    allocation: { size: ${workers} }
    instanceType: t4g.small
`);
}

export function withWorkers(spec: ClusterSpec, size: number): ClusterSpec {
  const { workers } = spec.groups;
  if (workers === undefined) throw new Error('the spec has no group "workers"');
  return { ...spec, groups: { ...spec.groups, workers: { ...workers, allocation: { kind: 'size', size } } } };
}
