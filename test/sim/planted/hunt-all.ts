import { PLANTED_BUGS } from './bugs.ts';
import { type Hunt, hunt } from './hunt.ts';
import { tableOf } from './table.ts';

/**
 * Hunts planted bugs one after the other. @param only one of them by name; `undefined`: all
 * @param progress told of each as it is over
 * @returns what to print, and how many got away
 */
export async function huntAll(
  only: string | undefined,
  seeds: number,
  progress: (line: string) => void,
): Promise<{ readonly report: string; readonly missed: number }> {
  const chosen = PLANTED_BUGS.filter(({ name }) => only === undefined || name === only);
  if (chosen.length === 0) {
    throw new Error(`no bug "${only}" is planted; there are ${PLANTED_BUGS.map(({ name }) => name).join(', ')}`);
  }
  const hunts: Hunt[] = [];
  for (const bug of chosen) {
    const result = await hunt(bug, seeds, 'drawn');
    hunts.push(result);
    const { caught } = result;
    const end =
      caught === undefined ? `not caught in ${seeds} seeds` : `caught by ${caught.violation.rule}, seed ${caught.seed}`;
    progress(`${bug.name}: ${end}`);
  }
  const missed = hunts.filter(({ caught }) => caught === undefined).length;
  return { report: `${tableOf(hunts)}\n\n${hunts.length - missed} of ${hunts.length} planted bugs caught`, missed };
}
