import type { SimulationResult } from './simulate.ts';

export interface Shrunk {
  /** Kinds of faults that the violation does not need. */
  readonly without: readonly string[];
  /** Those that are left. */
  readonly needed: readonly string[];
  readonly result: SimulationResult;
  readonly runs: number;
}

/**
 * Drops faults from a seed's mixture, one kind at a time, as long as the same rule is still broken.
 * @param run the seed without these kinds
 * @returns `undefined` when the seed breaks no rule
 */
export async function shrink(
  run: (without: readonly string[]) => Promise<SimulationResult>,
): Promise<Shrunk | undefined> {
  let result = await run([]);
  let runs = 1;
  const rule = result.violations[0]?.rule;
  if (rule === undefined) return undefined;
  let without: readonly string[] = [];
  let needed = [...result.faults];
  // What could not be dropped at first may be when others are gone.
  for (let before = needed.length + 1; needed.length < before; ) {
    before = needed.length;
    for (const kind of [...needed]) {
      const smaller = await run([...without, kind]);
      runs += 1;
      if (smaller.violations[0]?.rule !== rule) continue;
      result = smaller;
      without = [...without, kind];
      needed = needed.filter((one) => one !== kind);
    }
  }
  return { without, needed, result, runs };
}
