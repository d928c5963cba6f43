import { parseSpec } from '../../../lib/spec/parse.ts';
import type { ClusterSpec } from '../../../lib/spec/spec.ts';

/** A whole declaration, with every field said where it has a default. */
export const WHOLE = `cluster: demo
network: { cidr: 10.42.0.0/16, zones: 3, subnetMask: 24 }
groups:
  managers:
    flavor: swarm-manager
    allocation: { logicalIds: [10.42.0.10, 10.42.1.10, 10.42.2.10] }
    instanceType: t4g.small
    ami: ecs-optimized
    volume: { sizeGiB: 20, type: gp3 }
    labels: { tier: control }
    initCommands: [echo hello]
  workers:
    flavor: swarm-worker
    allocation: { size: 2 }
`;

/** `WHOLE` with one text replaced; the text must be in it. */
export function altered(from: string, to: string): string {
  if (!WHOLE.includes(from)) throw new Error(`the sample has no "${from}"`);
  return WHOLE.replace(from, () => to);
}

export function wholeSpec(): ClusterSpec {
  return parseSpec(WHOLE);
}
