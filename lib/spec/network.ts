import { type Cidr, contains, formatAddress, formatCidr, parseAddress, parseCidr, sizeOf } from './cidr.ts';
import type { NetworkSpec } from './spec.ts';

/** CIDR block of each zone's subnet, in the order of the zones: the first blocks of that size in the VPC. */
export function subnetBlocks(network: NetworkSpec): string[] {
  return subnetCidrs(network).map(formatCidr);
}

/** Index of the zone whose subnet holds the address; `undefined`: in none of them, or not an address. */
export function zoneOf(network: NetworkSpec, address: string): number | undefined {
  const parsed = parseAddress(address);
  if (parsed === undefined) return undefined;
  const index = subnetCidrs(network).findIndex((subnet) => contains(subnet, parsed));
  return index === -1 ? undefined : index;
}

export function subnetCidrs(network: NetworkSpec): Cidr[] {
  const vpc = parseCidr(network.cidr);
  if (vpc === undefined) return [];
  const size = 2 ** (32 - network.subnetMask);
  return Array.from({ length: network.zones }, (_, index) => ({
    base: vpc.base + index * size,
    prefix: network.subnetMask,
  }));
}

/**
 * Addresses that can be given to instances in a subnet: AWS keeps the first four and the last of each.
 * Source: https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html
 */
export function usableAddresses(subnet: Cidr): {
  readonly first: number;
  readonly last: number;
  readonly count: number;
} {
  const first = subnet.base + 4;
  const last = subnet.base + sizeOf(subnet) - 2;
  return { first, last, count: last - first + 1 };
}

export function formatUsable(subnet: Cidr): string {
  const { first, last } = usableAddresses(subnet);
  return `${formatAddress(first)} to ${formatAddress(last)}`;
}
