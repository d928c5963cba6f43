/** IPv4 arithmetic on unsigned 32-bit numbers. */

export interface Cidr {
  /** Network address. */
  readonly base: number;
  readonly prefix: number;
}

/** `undefined` when it is not an address in its one normal spelling (no leading zeros, no shorthand). */
export function parseAddress(text: string): number | undefined {
  const parts = text.split('.');
  if (parts.length !== 4) return undefined;
  let address = 0;
  for (const part of parts) {
    if (!/^(0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255) return undefined;
    address = address * 256 + Number(part);
  }
  return address;
}

export function formatAddress(address: number): string {
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join('.');
}

/** `undefined` when it is not `address/prefix`. The address may still have host bits set: see `isCanonical`. */
export function parseCidr(text: string): Cidr | undefined {
  const [address, prefix, ...rest] = text.split('/');
  if (address === undefined || prefix === undefined || rest.length > 0) return undefined;
  const base = parseAddress(address);
  if (base === undefined || !/^(0|[1-9]\d?)$/.test(prefix) || Number(prefix) > 32) return undefined;
  return { base, prefix: Number(prefix) };
}

export function formatCidr(cidr: Cidr): string {
  return `${formatAddress(cidr.base)}/${cidr.prefix}`;
}

/** Number of addresses in it. */
export function sizeOf(cidr: Cidr): number {
  return 2 ** (32 - cidr.prefix);
}

export function isCanonical(cidr: Cidr): boolean {
  return cidr.base % sizeOf(cidr) === 0;
}

export function canonical(cidr: Cidr): Cidr {
  return { base: cidr.base - (cidr.base % sizeOf(cidr)), prefix: cidr.prefix };
}

export function contains(cidr: Cidr, address: number): boolean {
  return address >= cidr.base && address < cidr.base + sizeOf(cidr);
}

export function overlaps(one: Cidr, other: Cidr): boolean {
  return contains(one, other.base) || contains(other, one.base);
}
