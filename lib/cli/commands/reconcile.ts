import { reconcileNow } from '../../operate/reconcile-now.ts';
import type { CommandDefinition } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { print } from '../output.ts';

export const reconcile: CommandDefinition = {
  name: 'reconcile',
  section: 'Step in',
  summary: 'have the controller look now, not at the next minute',
  examples: [{ line: 'reconcile', what: 'then `everswarm events --follow` shows what it does' }],
  async run(context) {
    const { operator } = await context.connect();
    const invoked = await reconcileNow(operator);
    const said = invoked
      ? `The controller of ${operator.cluster} looks now.`
      : `The controller of ${operator.cluster} could not be invoked; it looks by itself within a minute.`;
    print(context, { data: { cluster: operator.cluster, invoked }, lines: () => [said] });
    return EXIT.done;
  },
};
