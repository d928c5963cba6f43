import { z } from 'zod';
import { proposeSpec } from '../../operate/proposal.ts';
import { carryOut, FOLLOW, FOLLOW_OPTIONS } from '../carry-out.ts';
import { type CommandDefinition, optionsOf } from '../command.ts';
import { DEFAULT_FILE, FILE_OPTION, readDeclared } from '../declared.ts';
import { ASK_OPTION } from './status.ts';

const OPTIONS = FOLLOW.extend({ ask: z.boolean(), file: z.string().default(DEFAULT_FILE) });

export const apply: CommandDefinition = {
  name: 'apply',
  section: 'Change',
  summary: 'put a declaration in force, and wait until the cluster is as it says',
  detail: [
    'Shows what would be done, asks, and commits it on the condition that nobody else did meanwhile. What takes other resources of AWS (addresses, groups, the network) is refused: `npx cdk deploy` makes these.',
    'The next `cdk deploy` brings back what its own file declares: write the change there, too.',
  ],
  options: [FILE_OPTION, ASK_OPTION, ...FOLLOW_OPTIONS],
  changes: true,
  examples: [
    { line: 'apply', what: 'swarm.yaml of this directory' },
    { line: 'apply -f prod.yaml --yes', what: 'without being asked' },
    { line: 'apply --no-wait', what: 'leave the rest to the controller' },
  ],
  async run(context, given) {
    const { ask, file, ...follow } = optionsOf(given, OPTIONS);
    const declared = await readDeclared(context, file);
    const connection = await context.connect();
    return carryOut(context, connection, await proposeSpec(connection.operator, declared, { ask }), follow);
  },
};
