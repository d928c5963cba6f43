import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Synthesis } from '../../synthesise.ts';

/** What is changed in the course of the story; the rest of the cluster stays as it is. */
export interface Declared {
  readonly managers: 3 | 5;
  readonly instanceType: 't4g.small' | 't4g.medium';
}

const WORKERS = 4;
/** How long a new machine must have been healthy before the next one is touched, seconds. */
const HEALTHY_SECONDS = 3;

const ADDRESSES = ['10.42.0.10', '10.42.1.10', '10.42.2.10', '10.42.0.11', '10.42.1.11'];

/** Writes the cluster's file below a directory, and says what to synthesise of it and to where. */
export async function writeDeclared(directory: string, declared: Declared): Promise<Required<Synthesis>> {
  const name = `${declared.managers}-${declared.instanceType}`;
  await mkdir(directory, { recursive: true });
  const spec = join(directory, `${name}.yaml`);
  await writeFile(spec, textOf(declared));
  return { spec, output: join(directory, name) };
}

function textOf({ managers, instanceType }: Declared): string {
  return `cluster: demo
network: { cidr: 10.42.0.0/16, zones: 3, subnetMask: 24 }
groups:
  managers:
    flavor: swarm-manager
    allocation: { logicalIds: [${ADDRESSES.slice(0, managers).join(', ')}] }
    instanceType: ${instanceType}
    update: { healthySeconds: ${HEALTHY_SECONDS} }
  workers:
    flavor: swarm-worker
    allocation: { size: ${WORKERS} }
    instanceType: ${instanceType}
    update: { maxSurge: 2, healthySeconds: ${HEALTHY_SECONDS} }
`;
}
