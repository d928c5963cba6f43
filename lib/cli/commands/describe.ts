import { describe as describeOne } from '../../operate/describe.ts';
import type { CommandDefinition } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { print } from '../output.ts';
import { groupLines, machineLines } from '../views/describe-view.ts';

export const describe: CommandDefinition = {
  name: 'describe',
  section: 'Look',
  summary: 'show all there is to know of one machine, or of a group',
  detail: ['It asks the machine itself, and tells what the event log says of it.'],
  operands: [
    { syntax: '<node|group>', what: "a group's name; or an address, instance id or node id, or the beginning of one" },
  ],
  examples: [
    { line: 'describe 10.42.0.10', what: 'a manager' },
    { line: 'describe workers', what: 'a group' },
  ],
  async run(context, { operands }) {
    const [name = ''] = operands;
    const { operator } = await context.connect();
    const found = await describeOne(operator, name);
    const { paint, terminal, world } = context;
    const look = { paint, columns: terminal.columns, now: world.clock.now() };
    print(context, {
      data: found,
      lines: () => (found.kind === 'machine' ? machineLines(found, look) : groupLines(found, look)),
    });
    return EXIT.done;
  },
};
