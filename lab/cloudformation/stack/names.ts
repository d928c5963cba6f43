const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
const SUFFIX_LENGTH = 12;

export type Random = () => number;

/**
 * A name as CloudFormation generates it: `<stack>-<logical id>-<12 random letters and digits>`, the stack's name
 * and then the logical id shortened where the service allows only `maxLength` characters.
 */
export function physicalName(stack: string, logicalId: string, maxLength: number, random: Random): string {
  const room = maxLength - SUFFIX_LENGTH - 2;
  const idLength = Math.min(logicalId.length, Math.max(Math.ceil(room / 2), room - stack.length));
  const stackLength = Math.min(stack.length, room - idLength);
  return [stack.slice(0, stackLength), logicalId.slice(0, idLength), randomText(SUFFIX_LENGTH, random)].join('-');
}

function randomText(length: number, random: Random): string {
  return Array.from({ length }, () => LETTERS.charAt(Math.floor(random() * LETTERS.length))).join('');
}

/** A version 4 UUID from the given source. */
export function uuid(random: Random): string {
  const hex = (length: number): string => Array.from({ length }, () => Math.floor(random() * 16).toString(16)).join('');
  const variant = (8 + Math.floor(random() * 4)).toString(16);
  return `${hex(8)}-${hex(4)}-4${hex(3)}-${variant}${hex(3)}-${hex(12)}`;
}
