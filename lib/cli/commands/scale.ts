import { proposeScale } from '../../operate/scale.ts';
import { carryOut, FOLLOW, FOLLOW_OPTIONS } from '../carry-out.ts';
import { CliError } from '../cli-error.ts';
import { type CommandDefinition, optionsOf } from '../command.ts';
import { EXIT } from '../exit-codes.ts';

export const scale: CommandDefinition = {
  name: 'scale',
  section: 'Change',
  summary: 'change how many machines a group has',
  detail: [
    'Of groups that are counted by number. The next `cdk deploy` brings back the number in its file: write it there, too.',
  ],
  operands: [{ syntax: '<group=number...>', what: 'e.g. workers=8; several are changed at once' }],
  options: FOLLOW_OPTIONS,
  changes: true,
  examples: [
    { line: 'scale workers=8', what: 'eight workers' },
    { line: 'scale web=4 batch=0 -y', what: 'two groups, without being asked' },
  ],
  async run(context, given) {
    const follow = optionsOf(given, FOLLOW);
    const sizes = new Map(given.operands.map(sizeOf));
    const connection = await context.connect();
    return carryOut(context, connection, await proposeScale(connection.operator, sizes, { ask: true }), follow);
  },
};

function sizeOf(text: string): readonly [string, number] {
  const [, group, number] = /^([a-z][a-z0-9-]*)=(\d{1,5})$/.exec(text) ?? [];
  if (group !== undefined && number !== undefined) return [group, Number(number)];
  throw new CliError(EXIT.usage, `"${text}" is not understood; allowed is a group and a number, e.g. workers=8`);
}
