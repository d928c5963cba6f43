import { ServiceError } from '../protocol/service-error.ts';

/** A block of IPv4 addresses; `first` is the network address as an unsigned number. */
export interface Cidr {
  readonly first: number;
  readonly size: number;
  readonly mask: number;
  /** Canonical text: host bits cleared. */
  readonly text: string;
}

export function parseAddress(text: string): number | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255))
    return undefined;
  return parts.reduce((sum, part) => sum * 256 + Number(part), 0);
}

export function formatAddress(address: number): string {
  return [address >>> 24, (address >>> 16) & 255, (address >>> 8) & 255, address & 255].join('.');
}

/** Host bits are cleared, as EC2 does. @throws ServiceError `InvalidParameterValue` */
export function parseCidr(text: string, parameter = 'CidrBlock'): Cidr {
  const [address, mask] = text.split('/');
  const number = address === undefined ? undefined : parseAddress(address);
  const bits = mask !== undefined && /^\d{1,2}$/.test(mask) ? Number(mask) : Number.NaN;
  if (number === undefined || !(bits >= 0 && bits <= 32)) {
    throw new ServiceError(
      'InvalidParameterValue',
      `Value (${text}) for parameter ${parameter} is invalid. This is not a valid CIDR block.`,
    );
  }
  const size = 2 ** (32 - bits);
  const first = number - (number % size);
  return { first, size, mask: bits, text: `${formatAddress(first)}/${bits}` };
}

export function within(outer: Cidr, inner: Cidr): boolean {
  return inner.first >= outer.first && inner.first + inner.size <= outer.first + outer.size;
}

export function overlap(a: Cidr, b: Cidr): boolean {
  return a.first < b.first + b.size && b.first < a.first + a.size;
}

export function holds(cidr: Cidr, address: number): boolean {
  return address >= cidr.first && address < cidr.first + cidr.size;
}

/** The first four addresses of a subnet and its last are AWS's own. Source: VPC User Guide, "Subnet CIDR blocks". */
export function reserved(cidr: Cidr, address: number): boolean {
  return address < cidr.first + 4 || address === cidr.first + cidr.size - 1;
}
