/** The form of IAM's unique ids: a four-letter prefix (`AROA` for a role, `AIPA` for an instance profile) and 17 characters. */
export function uniqueId(random: () => number, prefix: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  return prefix + Array.from({ length: 17 }, () => alphabet.charAt(Math.floor(random() * 32))).join('');
}
