import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import type { MachineOrder } from '../fleet.ts';
import { isNamespaceOf, machineNamespace, NETNS_DIRECTORY, vpcNamespace } from './names.ts';
import { killNamespace } from './processes.ts';
import { attempt, run } from './run.ts';

/** The link-local address of instance metadata and, in the lab, of the AWS API. */
export const LINK_LOCAL = '169.254.169.254';

const BRIDGE = 'vpc0';

/** Makes the VPC's namespace with its bridge. Nothing is added to the host's own network. */
export async function createVpc(name: string): Promise<void> {
  const vpc = vpcNamespace(name);
  await run('ip', ['netns', 'add', vpc]);
  const lines = [
    'link set lo up',
    `link add ${BRIDGE} type bridge forward_delay 0`,
    `addr add ${LINK_LOCAL}/32 dev ${BRIDGE}`,
    `link set ${BRIDGE} up`,
  ];
  await run('ip', ['-n', vpc, '-batch', '-'], { input: lines.join('\n') });
}

/** Puts a machine on the VPC's wire: its namespace, its address, its way to the link-local services. */
export async function createMachineNetwork(name: string, order: MachineOrder): Promise<void> {
  const vpc = vpcNamespace(name);
  const namespace = machineNamespace(name, order.instanceId);
  const prefix = order.vpcCidr.split('/')[1];
  const port = portName(order.instanceId);
  await run('ip', ['netns', 'add', namespace]);
  const outside = [
    `link add ${port} type veth peer name eth0 netns ${namespace}`,
    `link set ${port} master ${BRIDGE} up`,
    // Answers of the link-local services find their way back.
    `route replace ${order.vpcCidr} dev ${BRIDGE} src ${LINK_LOCAL}`,
  ];
  await run('ip', ['-n', vpc, '-batch', '-'], { input: outside.join('\n') });
  const inside = [
    'link set lo up',
    `link set eth0 address ${order.macAddress} up`,
    `addr add ${order.privateIp}/${prefix} dev eth0`,
    `route add ${LINK_LOCAL}/32 dev eth0`,
  ];
  await run('ip', ['-n', namespace, '-batch', '-'], { input: inside.join('\n') });
  await forgetNeighbour(vpc, order.privateIp);
}

/**
 * The address of a machine that was killed may come back with another MAC within seconds; the proxy's neighbour entry
 * would send its answers to the dead one. Other machines learn from the newcomer's own requests.
 */
async function forgetNeighbour(vpc: string, address: string): Promise<void> {
  await run('ip', ['-n', vpc, 'neigh', 'flush', 'to', address]);
}

/** Ends whatever still runs in a namespace and deletes it, with its link. One that is gone already is no error. */
export async function removeNamespace(namespace: string): Promise<void> {
  if (!(await listNamespaces()).includes(namespace)) return;
  await killNamespace(namespace);
  await run('ip', ['netns', 'del', namespace]);
}

/** Takes a dead machine off the wire at once: a namespace itself is taken down by the kernel in its own time. */
export async function unplug(name: string, instanceId: string): Promise<void> {
  await attempt('ip', ['-n', vpcNamespace(name), 'link', 'del', portName(instanceId)]);
}

export async function listNamespaces(): Promise<string[]> {
  try {
    return await readdir(NETNS_DIRECTORY);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}

export async function namespacesOf(name: string): Promise<string[]> {
  return (await listNamespaces()).filter((namespace) => isNamespaceOf(name, namespace));
}

/** Interface names have 15 characters at most, an instance id has 19. */
function portName(instanceId: string): string {
  return `m${createHash('sha256').update(instanceId).digest('hex').slice(0, 12)}`;
}
