import { parseArgs } from 'node:util';
import { PLANTED_BUGS } from './bugs.ts';
import { type Hunt, hunt } from './hunt.ts';
import { tableOf } from './table.ts';

/** `node test/sim/planted/main.ts [--seeds 1000] [--only name]`: hunts every planted bug and prints the table. Exit code 1 when one gets away. */
const { values } = parseArgs({ options: { seeds: { type: 'string', default: '1000' }, only: { type: 'string' } } });
const seeds = Number(values.seeds);
if (!Number.isInteger(seeds) || seeds < 1) throw new Error(`--seeds is a whole number from 1, not "${values.seeds}"`);
const chosen = PLANTED_BUGS.filter(({ name }) => values.only === undefined || name === values.only);
if (chosen.length === 0) throw new Error(`--only is one of ${PLANTED_BUGS.map(({ name }) => name).join(', ')}`);

const hunts: Hunt[] = [];
for (const bug of chosen) {
  const result = await hunt(bug, seeds, 'drawn');
  hunts.push(result);
  const end =
    result.caught === undefined ? `not caught in ${seeds} seeds` : `caught by ${result.caught.violation.rule}`;
  console.error(`${bug.name}: ${end}${result.caught === undefined ? '' : `, seed ${result.caught.seed}`}`);
}
const missed = hunts.filter(({ caught }) => caught === undefined).length;
console.log(`${tableOf(hunts)}\n\n${hunts.length - missed} of ${hunts.length} planted bugs caught`);
process.exitCode = missed === 0 ? 0 : 1;
