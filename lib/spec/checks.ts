import { canonical, contains, formatCidr, isCanonical, overlaps, parseAddress, parseCidr } from './cidr.ts';
import type { Draft, DraftGroup } from './draft.ts';
import { formatUsable, subnetCidrs, usableAddresses } from './network.ts';
import type { Problems } from './problems.ts';
import type { NetworkSpec } from './spec.ts';

/** What must hold between the fields of a cluster. Looks at all that could be read, and tells every problem. */
export function checkDraft(draft: Draft, problems: Problems): void {
  // Addresses are judged against a network only if that one is right itself: else one slip would bring a dozen problems.
  const network = draft.network !== undefined && checkNetwork(draft.network, problems) ? draft.network : undefined;
  if (draft.groups === undefined) return;
  checkManagers(draft.groups, problems);
  checkLogicalIds(draft.groups, network, problems);
  checkCapacity(draft.groups, network, problems);
  for (const group of draft.groups) checkVolume(group, problems);
}

/** Docker's own bridge has this block on every machine. AWS advises against it as well (VPC User Guide, "VPC CIDR blocks"). */
const DOCKER_BRIDGE = { base: 0xac110000, prefix: 16 };
/** Not for hosts: "this network", loopback, link-local, multicast and reserved (RFC 6890, RFC 5771). */
const SPECIAL = [
  { base: 0x00000000, prefix: 8 },
  { base: 0x7f000000, prefix: 8 },
  { base: 0xa9fe0000, prefix: 16 },
  { base: 0xe0000000, prefix: 3 },
];

function checkNetwork(network: NetworkSpec, problems: Problems): boolean {
  const before = problems.all.length;
  const path = ['network', 'cidr'];
  const vpc = parseCidr(network.cidr);
  if (vpc === undefined || vpc.prefix < 16 || vpc.prefix > 28) {
    problems.add(path, network.cidr, 'is no IPv4 block for a VPC', 'a block of /16 to /28, e.g. 10.42.0.0/16');
    return false;
  }
  if (!isCanonical(vpc)) {
    problems.add(path, network.cidr, 'has bits set after its prefix', formatCidr(canonical(vpc)));
  }
  for (const special of SPECIAL) {
    if (overlaps(vpc, special)) {
      problems.add(path, network.cidr, `overlaps ${formatCidr(special)}, which is not for hosts`, 'e.g. 10.42.0.0/16');
    }
  }
  if (overlaps(vpc, DOCKER_BRIDGE)) {
    const found = `overlaps ${formatCidr(DOCKER_BRIDGE)}, which Docker uses on every machine`;
    problems.add(path, network.cidr, found, 'another private block, e.g. 10.42.0.0/16');
  }
  const needed = network.zones * 2 ** (32 - network.subnetMask);
  if (needed > 2 ** (32 - vpc.prefix)) {
    const smallest = network.subnetMask - Math.ceil(Math.log2(network.zones));
    const found = `is too small for ${network.zones} subnets of /${network.subnetMask}`;
    problems.add(path, network.cidr, found, `a block of /${smallest} or larger, or a greater \`subnetMask\``);
  }
  return problems.all.length === before;
}

function checkManagers(groups: readonly DraftGroup[], problems: Problems): void {
  const managers = groups.filter((group) => group.flavor === 'swarm-manager');
  // A group whose flavor could not be read may be the one.
  if (managers.length === 0 && groups.every((group) => group.flavor !== undefined)) {
    problems.add(['groups'], undefined, 'has no managers', 'exactly one group with `flavor: swarm-manager`');
  }
  for (const group of managers.slice(1)) {
    const found = `makes group "${group.name}" a second group of managers beside "${managers[0]?.name}"`;
    problems.add([...group.path, 'flavor'], group.flavor, found, 'exactly one group with `flavor: swarm-manager`');
  }
  for (const { path, allocation } of managers) {
    if (allocation?.kind === 'size') {
      const found = 'counts managers by size; a manager keeps its address and its disk for life';
      problems.add([...path, 'allocation', 'size'], allocation.size, found, '`logicalIds: [addresses]`');
    }
    if (allocation?.kind === 'logicalIds' && ![1, 3, 5, 7].includes(allocation.logicalIds.length)) {
      const found = `lists ${allocation.logicalIds.length} managers`;
      problems.add(
        [...path, 'allocation', 'logicalIds'],
        undefined,
        found,
        '1, 3, 5 or 7: an odd number keeps its majority longest',
      );
    }
  }
}

function checkLogicalIds(groups: readonly DraftGroup[], network: NetworkSpec | undefined, problems: Problems): void {
  const owners = new Map<number, string>();
  for (const { name, path, allocation } of groups) {
    if (allocation?.kind !== 'logicalIds') continue;
    allocation.logicalIds.forEach((logicalId, index) => {
      // Refused as no text already.
      if (logicalId === '') return;
      const at = [...path, 'allocation', 'logicalIds', index];
      const address = parseAddress(logicalId);
      if (address === undefined) {
        problems.add(at, logicalId, 'is no IPv4 address', 'four numbers from 0 to 255, without leading zeros');
        return;
      }
      const owner = owners.get(address);
      if (owner !== undefined) problems.add(at, logicalId, `is in group "${owner}" already`, 'each address once');
      owners.set(address, name);
      if (network !== undefined) checkPlace(at, logicalId, address, network, problems);
    });
  }
}

function checkPlace(
  at: (string | number)[],
  logicalId: string,
  address: number,
  network: NetworkSpec,
  problems: Problems,
): void {
  const subnets = subnetCidrs(network);
  const subnet = subnets.find((block) => contains(block, address));
  if (subnet === undefined) {
    problems.add(at, logicalId, 'is outside every subnet', `an address in ${subnets.map(formatCidr).join(', ')}`);
    return;
  }
  const { first, last } = usableAddresses(subnet);
  if (address < first || address > last) {
    const found = `is kept by AWS: the first four addresses and the last of ${formatCidr(subnet)}`;
    problems.add(at, logicalId, found, formatUsable(subnet));
  }
}

function checkCapacity(groups: readonly DraftGroup[], network: NetworkSpec | undefined, problems: Problems): void {
  if (network === undefined) return;
  const wanted = groups.reduce((sum, { allocation }) => {
    if (allocation === undefined) return sum;
    return sum + (allocation.kind === 'size' ? allocation.size : allocation.logicalIds.length);
  }, 0);
  const room = subnetCidrs(network).reduce((sum, subnet) => sum + usableAddresses(subnet).count, 0);
  if (wanted > room) {
    const found = `asks for ${wanted} machines, and the subnets have ${room} usable addresses`;
    problems.add(['groups'], undefined, found, 'fewer machines, or a smaller `network.subnetMask`');
  }
}

/** Source: https://docs.aws.amazon.com/ebs/latest/userguide/ebs-volume-types.html */
function checkVolume({ path, volume }: DraftGroup, problems: Problems): void {
  if (volume === undefined || volume.sizeGiB >= 4 || volume.type === 'gp3' || volume.type === 'gp2') return;
  problems.add([...path, 'volume', 'sizeGiB'], volume.sizeGiB, `is too small for ${volume.type}`, '4 to 16384 (GiB)');
}
