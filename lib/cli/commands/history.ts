import { z } from 'zod';
import { history as versions } from '../../operate/rollback.ts';
import { memoryOf } from '../../operate/situation.ts';
import { changesOf } from '../../preview/changes.ts';
import type { CommittedSpec } from '../../spec/spec.ts';
import { CliError } from '../cli-error.ts';
import { type CommandDefinition, optionsOf } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { hanging } from '../layout.ts';
import { print } from '../output.ts';
import { clockTime } from '../times.ts';

const OPTIONS = z.object({ limit: z.string().default('10') });
const MOST = 200;

export const history: CommandDefinition = {
  name: 'history',
  section: 'Look',
  summary: 'show the versions of the declaration, and what each changed',
  options: [{ flags: '-n, --limit <number>', what: `at most so many, the newest [10, at most ${MOST}]` }],
  examples: [
    { line: 'history', what: 'the newest ten' },
    { line: 'history -o yaml', what: 'with every field that was changed' },
  ],
  async run(context, given) {
    const limit = Number(optionsOf(given, OPTIONS).limit);
    if (!Number.isInteger(limit) || limit < 1 || limit > MOST) {
      throw new CliError(EXIT.usage, `--limit: allowed is a number from 1 to ${MOST}`);
    }
    const { operator } = await context.connect();
    const { committed } = await memoryOf(operator);
    // One more, so that of the oldest that is shown it is known what it changed.
    const found = await versions(operator.store, committed, limit + 1);
    const entries = found.slice(0, limit).map((version, index) => entryOf(version, found[index + 1]));
    const { paint, terminal, world } = context;
    print(context, {
      data: entries,
      lines: () =>
        entries.flatMap(({ version, committedAt, committedBy, changes }) => {
          const when = clockTime(committedAt, world.clock.now());
          const title = `${paint('strong', `version ${version}`)}  ${when}  by ${committedBy}`;
          const said = changes.map(({ path, from, to }) => `${path.replace(/^groups\./, '')} ${from} → ${to}`);
          const what = version === 1 ? 'the first' : said.join(', ') || 'the same, committed anew';
          return [title, ...hanging('  ', what, terminal.columns)];
        }),
    });
    return EXIT.done;
  },
};

function entryOf(version: CommittedSpec, before: CommittedSpec | undefined) {
  const { version: number, committedAt, committedBy } = version;
  return { version: number, committedAt, committedBy, changes: before === undefined ? [] : changesOf(before, version) };
}
