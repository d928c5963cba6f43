import { join } from 'node:path';

/** Every name on the host is derived from the lab's name and an id, so that leftovers are found with no memory. */

const NAME = /^[a-z][a-z0-9-]{0,29}$/;

/** A lab's name that would make unsafe or ambiguous names on the host. */
export class LabNameError extends Error {
  readonly code = 'LabName';
  constructor(name: string) {
    super(`the lab's name is ${JSON.stringify(name)}; allowed is ${NAME.source}; choose another name`);
    this.name = 'LabNameError';
  }
}

/** @throws LabNameError */
export function checkLabName(name: string): void {
  if (!NAME.test(name)) throw new LabNameError(name);
}

/** The network namespace that holds the VPC's bridge and the link-local proxy. */
export function vpcNamespace(name: string): string {
  return `everswarm-${name}-vpc`;
}

export function machineNamespace(name: string, instanceId: string): string {
  return `everswarm-${name}-${instanceId}`;
}

/** Does this namespace belong to the lab of that name, and not to one whose name merely starts alike? */
export function isNamespaceOf(name: string, namespace: string): boolean {
  const prefix = `everswarm-${name}-`;
  return namespace.startsWith(prefix) && /^(vpc|i-[0-9a-f]+)$/.test(namespace.slice(prefix.length));
}

/** Where the kernel keeps named network namespaces (ip-netns(8)). */
export const NETNS_DIRECTORY = '/run/netns';

export function namespacePath(namespace: string): string {
  return join(NETNS_DIRECTORY, namespace);
}

/** Name of the lab's directory in each cgroup hierarchy. */
export function cgroupName(name: string): string {
  return `everswarm-${name}`;
}

export function machineDirectory(stateDirectory: string, instanceId: string): string {
  return join(stateDirectory, 'machines', instanceId);
}

export function volumeFile(stateDirectory: string, volumeId: string): string {
  return join(stateDirectory, 'volumes', `${volumeId}.img`);
}

/** The serial number under which an EBS volume shows itself: its id without the dash (EBS User Guide, "Identify volumes"). */
export function volumeSerial(volumeId: string): string {
  return volumeId.replace('-', '');
}
