import type { Hunt } from './hunt.ts';

/** Bug, seeds it took, rule that caught it: one line each. */
export function tableOf(hunts: readonly Hunt[]): string {
  const rows = hunts.map(({ bug, seeds, caught, others, milliseconds }) => [
    bug.name,
    caught === undefined ? `not in ${seeds}` : String(seeds),
    caught?.violation.rule ?? ([...others].map(([rule, count]) => `(${rule} ${count})`).join(' ') || '-'),
    `${(milliseconds / 1000).toFixed(1)} s`,
  ]);
  const lines = [['planted bug', 'seeds', 'caught by', 'time'], ...rows];
  const widths = [0, 1, 2].map((column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
