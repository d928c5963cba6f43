/** A UUID of version 4, drawn from the region's random source. */
export function uuid(random: () => number): string {
  const hex = hexDigits(random, 32);
  const variant = '89ab'.charAt(Math.floor(random() * 4));
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`;
}

/** `length` hexadecimal digits. */
export function hexDigits(random: () => number, length: number): string {
  return Array.from({ length }, () => Math.floor(random() * 16).toString(16)).join('');
}

/** The form of IAM's unique ids: a four-letter prefix (`AROA` for a role, `AIPA` for an instance profile) and 17 characters. */
export function uniqueId(random: () => number, prefix: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  return prefix + Array.from({ length: 17 }, () => alphabet.charAt(Math.floor(random() * 32))).join('');
}
