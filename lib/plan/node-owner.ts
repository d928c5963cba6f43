import type { InstanceSeen, MachineProbe, SwarmNode } from '../observe/observation.ts';
import { parseAddress } from '../spec/cidr.ts';
import { instancesById, isLive, type PlanInput } from './world.ts';

const INSTANCE_ID = /^i-[0-9a-f]{8,17}$/;

/** The instance that a node runs on, from its hostname; `undefined` for nodes that have another name. */
export function instanceIdOf({ hostname }: Pick<SwarmNode, 'hostname'>): string | undefined {
  return INSTANCE_ID.test(hostname) ? hostname : undefined;
}

/**
 * Nodes of ours that work under a hostname which was changed by hand, by node id: whose they are their machines say, and
 * where none does their addresses. Under the name of an instance an address is not enough: the next machine may have it.
 */
export function renamedNodes(
  input: PlanInput,
  answers: readonly MachineProbe[],
  nodes: readonly SwarmNode[],
): ReadonlyMap<string, string> {
  const known = instancesById(input);
  const strange = nodes.filter((node) => node.state !== 'down' && !known.has(node.hostname));
  const owners = strange.flatMap((node): [string, string][] => {
    const teller = answers.find(({ engine }) => engine.state === 'up' && engine.nodeId === node.id);
    if (teller !== undefined) return [[node.id, teller.instanceId]];
    if (instanceIdOf(node) !== undefined) return [];
    const [owner, ...others] = machinesAt(input, node.address);
    return owner === undefined || others.length > 0 ? [] : [[node.id, owner.id]];
  });
  return new Map(owners);
}

/** Machines of ours that are there, or coming, at this address. */
export function machinesAt({ observation }: PlanInput, address: string): readonly InstanceSeen[] {
  return observation.instances.filter((one) => isLive(one) && one.privateIp === address);
}

/** What works on this machine, or at its address, under whatever name and labels. */
export function nodeAt(nodes: readonly SwarmNode[], { id, privateIp }: InstanceSeen): SwarmNode | undefined {
  const isThere = (node: SwarmNode) =>
    node.hostname === id || (privateIp !== undefined && addressesOf(node).includes(privateIp));
  return nodes.find((node) => node.state !== 'down' && isThere(node));
}

function addressesOf({ address, raft }: SwarmNode): readonly string[] {
  return raft === undefined ? [address] : [address, hostOf(raft.address)];
}

/**
 * Does this node stand for that logical ID? In the Raft group its address there says so. Of others the engine label does, as a
 * worker may have the address of a former manager by now; but not against the address: whoever copies a daemon.json copies it.
 */
export function isMemberOf({ address, logicalId: label, raft }: SwarmNode, logicalId: string): boolean {
  const known = raft === undefined ? '' : hostOf(raft.address);
  if (isTold(known)) return known === logicalId;
  return label === logicalId && (address === logicalId || !isTold(address));
}

/** A manager may see a node at no address, or at the loopback's. */
function isTold(address: string): boolean {
  return parseAddress(address) !== undefined && address !== '0.0.0.0' && !address.startsWith('127.');
}

/** Of `host:port`. */
export function hostOf(address: string): string {
  return address.replace(/:\d+$/, '');
}
