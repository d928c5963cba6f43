import { parseSpec } from '../../../lib/spec/parse.ts';
import type { ClusterSpec } from '../../../lib/spec/spec.ts';

export interface Asked {
  readonly workers: number;
  /** The workers' `update`, as the spec's file has it; without one the defaults. */
  readonly update?: string;
}

/** Three managers, and workers in subnets that have room for a thousand. */
export function declared({ workers, update }: Asked): ClusterSpec {
  return parseSpec(`cluster: sim
network: { cidr: 10.42.0.0/16, zones: 3, subnetMask: 22 }
groups:
  managers:
    flavor: swarm-manager
    allocation: { logicalIds: [10.42.0.10, 10.42.4.10, 10.42.8.10] }
    instanceType: t4g.small
  workers:
    flavor: swarm-worker
    allocation: { size: ${workers} }
    instanceType: t4g.small
    ${update === undefined ? '' : `update: ${update}`}
`);
}
