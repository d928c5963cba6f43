/** So many are named; of the others there is a count. */
const NAMED = 3;

/** A list as people want to read it, however long it is: `i-1, i-2, i-3 and 47 more`. */
export function few(names: readonly string[]): string {
  // One more is named in less space than it is counted.
  if (names.length <= NAMED + 1) return names.join(', ');
  return `${names.slice(0, NAMED).join(', ')} and ${names.length - NAMED} more`;
}
