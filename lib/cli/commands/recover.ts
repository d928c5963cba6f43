import { z } from 'zod';
import { type Candidate, proposeRecovery, type RecoveryProposal, requestRecovery } from '../../operate/recover.ts';
import { age } from '../../words.ts';
import { CliError } from '../cli-error.ts';
import { type CommandDefinition, optionsOf } from '../command.ts';
import type { CommandContext } from '../command-context.ts';
import { EXIT } from '../exit-codes.ts';
import { hanging, hangingList, table } from '../layout.ts';
import { print } from '../output.ts';

const OPTIONS = z.object({ survivor: z.string().optional(), confirm: z.string().optional() });

export const recover: CommandDefinition = {
  name: 'recover',
  section: 'Step in',
  summary: 'with the quorum lost for good: make a new Swarm from one manager',
  detail: [
    "Managers that are gone come back by themselves, with their disks; this is for when too many disks are lost. It ends the other managers' machines and gives up what only they knew. It is refused while there is a quorum, and asks for the id of the Swarm to be typed.",
  ],
  options: [
    { flags: '--survivor <address>', what: 'the manager to go on from [the one with the newest state]' },
    { flags: '--confirm <id>', what: 'the id of the Swarm, for scripts' },
  ],
  examples: [
    { line: 'recover', what: 'proposes the manager with the newest state, and asks' },
    { line: 'recover --survivor 10.42.1.10', what: 'from this one' },
  ],
  async run(context, given) {
    const { survivor, confirm } = optionsOf(given, OPTIONS);
    const { operator } = await context.connect();
    const proposal = await proposeRecovery(operator, survivor);
    const { terminal, format } = context;
    if (format === 'table') for (const line of linesOf(context, proposal)) terminal.out(line);
    const typed = confirm ?? (await terminal.ask(`Type the id of the Swarm, ${proposal.clusterId}, to go on: `));
    if (typed === undefined) {
      const remedy = `Give --confirm ${proposal.clusterId} to go on without being asked.`;
      throw new CliError(EXIT.unconfirmed, 'not confirmed: standard input is no terminal; nothing was changed', remedy);
    }
    if (typed.trim() === '') throw new CliError(EXIT.unconfirmed, 'not confirmed; nothing was changed');
    const recovery = await requestRecovery(operator, proposal, typed);
    print(context, {
      data: { cluster: operator.cluster, recovery, proposal },
      lines: () => [`Commanded. \`everswarm status --watch\` shows how far it is.`],
    });
    return EXIT.done;
  },
};

function linesOf(
  { paint, terminal, world }: CommandContext,
  { survivor, candidates, givenUp, warnings }: RecoveryProposal,
): readonly string[] {
  const { columns } = terminal;
  const now = world.clock.now();
  const rows = candidates.map((one) => rowOf(one, survivor, now));
  return [
    ...hanging('', `A new Swarm is made from the state of ${survivor}.`, columns),
    '',
    ...table(['ADDRESS', 'INSTANCE', 'LOG INDEX', 'WRITTEN', ''], rows, '  '),
    '',
    ...hanging('', `Ended, their state given up, and made anew: ${givenUp.join(', ') || 'none'}.`, columns),
    ...(warnings.length === 0 ? [] : ['', paint('bad', 'What speaks against it')]),
    ...hangingList(
      warnings.map((text) => ({ lead: paint('bad', '!'), text })),
      columns,
    ),
    '',
  ];
}

function rowOf({ logicalId, instanceId, raftAge }: Candidate, survivor: string, now: number): readonly string[] {
  const written = raftAge === undefined ? 'unknown' : `${age(now - raftAge.writtenAt)} ago`;
  const index = raftAge === undefined ? 'unknown' : String(raftAge.index);
  return [logicalId, instanceId, index, written, logicalId === survivor ? '← survivor' : ''];
}
