import { z } from 'zod';
import { type ClusterOverview, overviewOf } from '../../operate/overview.ts';
import { look } from '../../operate/situation.ts';
import { type CommandDefinition, optionsOf } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { print } from '../output.ts';
import { statusLines } from '../views/status-view.ts';
import { watch } from '../watch.ts';

const OPTIONS = z.object({ ask: z.boolean(), all: z.boolean().default(false), watch: z.boolean().default(false) });

export const ASK_OPTION = {
  flags: '--no-ask',
  what: "don't ask the machines: quicker, and nothing is known of the Swarm then",
} as const;

export const status: CommandDefinition = {
  name: 'status',
  section: 'Look',
  summary: 'show the cluster: its quorum, each machine, and what is being done',
  detail: [
    'It reads EC2 and asks the managers itself, so it is true also when the controller does not run. Ends with 3 when the cluster is not whole.',
  ],
  options: [
    { flags: '-w, --watch', what: 'draw it again and again, with the last events, until interrupted' },
    ASK_OPTION,
    { flags: '-a, --all', what: 'every machine, also where many of a group are well' },
  ],
  examples: [
    { line: 'status', what: 'the only cluster of this account and Region' },
    { line: 'status --watch', what: 'keep an eye on it' },
    { line: 'status -o json', what: 'for programs' },
  ],
  async run(context, given) {
    const { ask, all, watch: isWatched } = optionsOf(given, OPTIONS);
    const connection = await context.connect();
    if (isWatched) return exitOf(await watch(context, connection, { ask, all }));
    const { operator, region } = connection;
    const overview = overviewOf(await look(operator, { ask }));
    const { paint, terminal } = context;
    print(context, {
      data: overview,
      lines: () => statusLines(overview, { paint, columns: terminal.columns, all, region }),
    });
    return exitOf(overview);
  },
};

function exitOf(overview: ClusterOverview | undefined): 0 | 3 {
  return overview?.whole === true ? EXIT.done : EXIT.notWhole;
}
