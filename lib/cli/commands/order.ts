import { z } from 'zod';
import {
  giveOrder,
  type OrderProposal,
  proposeDrain,
  proposeReplacement,
  withdrawOrder,
} from '../../operate/orders.ts';
import type { MachineOrder } from '../../plan/records.ts';
import { type CommandDefinition, type Given, optionsOf } from '../command.ts';
import type { CommandContext, Connection } from '../command-context.ts';
import { confirm } from '../confirm.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { hanging } from '../layout.ts';
import { print } from '../output.ts';
import { REASON, REASON_OPTION } from './rollout.ts';

const NODE = {
  syntax: '<node>',
  what: 'its address, instance id or node id, or the beginning of one',
} as const;
const UNDO_OPTION = { flags: '--undo', what: 'withdraw the order' } as const;
const OPTIONS = REASON.extend({ undo: z.boolean().default(false) });

interface Verb {
  readonly what: MachineOrder['what'];
  readonly propose: typeof proposeDrain;
  question(proposal: OrderProposal): string;
  /** What is said then. */
  readonly ordered: string;
}

const REPLACE: Verb = {
  what: 'replace',
  propose: proposeReplacement,
  question: ({ instanceId, machine }) =>
    machine.logicalId === undefined
      ? `Replace ${instanceId} by a new machine of ${machine.group}?`
      : `Replace ${instanceId} by a new machine at ${machine.logicalId}, with its disk?`,
  ordered: 'is replaced as soon as the rules allow. `everswarm events --follow` shows it.',
};

const DRAIN: Verb = {
  what: 'drain',
  propose: proposeDrain,
  question: ({ instanceId, machine }) => `Drain ${machine.logicalId ?? instanceId}? Its tasks move to other nodes.`,
  ordered: 'is drained, and stays so until `everswarm drain --undo`.',
};

export const replace: CommandDefinition = {
  name: 'replace',
  section: 'Step in',
  summary: 'have one machine replaced by a new one',
  detail: [
    'Under the rules of a roll-out: drained first; of the managers only with all others healthy, one at a time, the leader after it handed over. A manager comes back at its address, with its disk; of a group that is counted by number a new machine comes before the old one goes.',
  ],
  operands: [NODE],
  options: [REASON_OPTION, UNDO_OPTION],
  changes: true,
  examples: [
    { line: 'replace 10.42.1.10 -r "retirement notice"', what: 'a manager' },
    { line: 'replace i-0ed5', what: 'the beginning of an id is enough' },
  ],
  run: (context, given) => order(context, given, REPLACE),
};

export const drain: CommandDefinition = {
  name: 'drain',
  section: 'Step in',
  summary: 'have one node give its tasks to others, and take none',
  detail: [
    "It stands until it is withdrawn. A node that was drained by hand (`docker node update`) is nobody's but yours: the controller never ends that.",
  ],
  operands: [NODE],
  options: [REASON_OPTION, UNDO_OPTION],
  changes: true,
  examples: [
    { line: 'drain 10.42.0.170', what: 'for work on it' },
    { line: 'drain 10.42.0.170 --undo', what: 'it takes tasks again' },
  ],
  run: (context, given) => order(context, given, DRAIN),
};

async function order(context: CommandContext, given: Given, verb: Verb): Promise<ExitCode> {
  const [name = ''] = given.operands;
  const { reason, undo } = optionsOf(given, OPTIONS);
  const connection = await context.connect();
  if (undo) return withdraw(context, connection, name, verb.what);
  const { operator } = connection;
  const { terminal, paint } = context;
  const proposal = await verb.propose(operator, name);
  for (const warning of proposal.warnings) {
    for (const line of hanging('note: ', warning, terminal.noteColumns)) terminal.note(line);
  }
  await confirm(context, verb.question(proposal));
  const inForce = await giveOrder(operator, proposal, reason);
  print(context, {
    data: inForce,
    lines: () => hanging('', `${paint('strong', inForce.instanceId)} ${verb.ordered}`, terminal.columns),
  });
  return EXIT.done;
}

async function withdraw(
  context: CommandContext,
  { operator }: Connection,
  name: string,
  what: MachineOrder['what'],
): Promise<ExitCode> {
  await confirm(context, `Withdraw the order to ${what} ${name}?`);
  const was = await withdrawOrder(operator, name, what);
  print(context, {
    data: was,
    lines: () => [`The order to ${what} ${was.instanceId} is withdrawn; ${was.by} gave it: ${was.reason}.`],
  });
  return EXIT.done;
}
