import type { ClusterSpec } from '../../../lib/spec/spec.ts';
import { declared } from '../../lib/constructs/synth.ts';

/** Commands to more than ten machines are looked at by a list (lib/aws/collect-outcomes.ts). */
export const MORE_THAN_ONE_BY_ONE = 12;

/** A cluster with a group of each flavor, so that every role there can be is in its template. */
export function everyFlavor(cluster = 'demo', cidr = '10.42', workers = 2): ClusterSpec {
  return declared(`
cluster: ${cluster}
network: { cidr: ${cidr}.0.0/16 }
groups:
  managers: { flavor: swarm-manager, allocation: { logicalIds: [${cidr}.0.10, ${cidr}.1.10, ${cidr}.2.10] } }
  workers: { flavor: swarm-worker, allocation: { size: ${workers} } }
  bastions: { flavor: vanilla, allocation: { size: 1 } }
`);
}

/** The same, with its workers' join token named as the source of their image: by a slip, or by somebody who wants to read it. */
export function tokenAsImage(): ClusterSpec {
  return declared(`
cluster: demo
network: { cidr: 10.42.0.0/16 }
groups:
  managers: { flavor: swarm-manager, allocation: { logicalIds: [10.42.0.10, 10.42.1.10, 10.42.2.10] } }
  workers: { flavor: swarm-worker, allocation: { size: 2 }, ami: { parameter: /everswarm/demo/join-token/worker, docker: preinstalled } }
`);
}
