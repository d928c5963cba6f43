/** Random ids in AWS's forms, from the region's own random source. */

/** `random()` yields 0 ≤ x < 1. */
export type Random = () => number;

export function hex(random: Random, digits: number): string {
  let text = '';
  while (text.length < digits) {
    text += Math.floor(random() * 0x1000000)
      .toString(16)
      .padStart(6, '0');
  }
  return text.slice(0, digits);
}

/** E.g. `i-0f3a…`: prefix, dash, 17 hexadecimal digits, the first of them 0. */
export function resourceId(random: Random, prefix: string): string {
  return `${prefix}-0${hex(random, 16)}`;
}

/** A version 4 UUID. */
export function uuid(random: Random): string {
  const digits = hex(random, 32);
  const variant = '89ab'[Math.floor(random() * 4)] ?? '8';
  return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-4${digits.slice(13, 16)}-${variant}${digits.slice(17, 20)}-${digits.slice(20)}`;
}

/** A locally administered unicast MAC address, as EC2's interfaces have them. */
export function macAddress(random: Random): string {
  return `02:${hex(random, 10).replace(/..(?=.)/g, '$&:')}`;
}
