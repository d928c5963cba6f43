/**
 * Fn::Cidr: the first `count` IPv4 blocks inside `block` that leave `hostBits` bits for hosts.
 * `undefined` when the block is no IPv4 block or does not hold that many.
 * Source: "Fn::Cidr" of the template reference: count 1 to 256, cidrBits 8 for a /24.
 */
export function cidrBlocks(block: string, count: number, hostBits: number): readonly string[] | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(block);
  if (match === null || !Number.isInteger(count) || count < 1 || count > 256 || !Number.isInteger(hostBits)) {
    return undefined;
  }
  const [a = 256, b = 256, c = 256, d = 256, prefix = 33] = match.slice(1).map(Number);
  const fits = hostBits >= 0 && hostBits <= 32 - prefix && count <= 2 ** (32 - prefix - hostBits);
  if ([a, b, c, d].some((octet) => octet > 255) || prefix > 32 || !fits) {
    return undefined;
  }
  const size = 2 ** (32 - prefix);
  const address = ((a * 256 + b) * 256 + c) * 256 + d;
  const base = address - (address % size);
  return Array.from({ length: count }, (_, index) => `${dotted(base + index * 2 ** hostBits)}/${32 - hostBits}`);
}

function dotted(address: number): string {
  return [2 ** 24, 2 ** 16, 2 ** 8, 1].map((unit) => Math.floor(address / unit) % 256).join('.');
}
