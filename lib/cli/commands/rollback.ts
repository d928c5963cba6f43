import { proposeRollback } from '../../operate/rollback.ts';
import { carryOut, FOLLOW, FOLLOW_OPTIONS } from '../carry-out.ts';
import { CliError } from '../cli-error.ts';
import { type CommandDefinition, optionsOf } from '../command.ts';
import { EXIT } from '../exit-codes.ts';

export const rollback: CommandDefinition = {
  name: 'rollback',
  section: 'Change',
  summary: 'declare the cluster again as a former version did',
  detail: ['With the images that were pinned then. It is committed as a new version: nothing of the history is lost.'],
  operands: [{ syntax: '<version>', what: 'its number, as `everswarm history` shows it' }],
  options: FOLLOW_OPTIONS,
  changes: true,
  examples: [{ line: 'rollback 4', what: 'as it was declared by version 4' }],
  async run(context, given) {
    const follow = optionsOf(given, FOLLOW);
    const [text = ''] = given.operands;
    if (!/^[1-9]\d{0,8}$/.test(text)) {
      throw new CliError(EXIT.usage, `"${text}" is no version`, 'Give its number; `everswarm history` shows them.');
    }
    const connection = await context.connect();
    const proposal = await proposeRollback(connection.operator, Number(text), { ask: true });
    return carryOut(context, connection, proposal, follow);
  },
};
