/** The keys of a record that has no others than its type says, in their order. */
export function keysOf<T extends object>(record: T): (keyof T)[] {
  return Object.keys(record) as (keyof T)[];
}
