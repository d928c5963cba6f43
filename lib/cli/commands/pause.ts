import { pauseController, resumeController } from '../../operate/pause.ts';
import { type CommandDefinition, optionsOf } from '../command.ts';
import { confirm } from '../confirm.ts';
import { EXIT } from '../exit-codes.ts';
import { print } from '../output.ts';
import { REASON, REASON_OPTION } from './rollout.ts';

export const pause: CommandDefinition = {
  name: 'pause',
  section: 'Step in',
  summary: 'have the controller look on and do nothing',
  detail: [
    'Nothing is repaired until `everswarm resume`: for work by hand. It goes on measuring, so that metrics and alarms stay true.',
  ],
  options: [REASON_OPTION],
  changes: true,
  examples: [{ line: 'pause -r "disk exchange, until 15:00"', what: 'with the reason, for colleagues' }],
  async run(context, given) {
    const { reason } = optionsOf(given, REASON);
    const { operator } = await context.connect();
    await confirm(context, `Pause the controller of ${operator.cluster}? Nothing is repaired until it is resumed.`);
    const pause = await pauseController(operator, reason);
    print(context, {
      data: { cluster: operator.cluster, pause },
      lines: () => [`The controller of ${operator.cluster} is paused. End it with \`everswarm resume\`.`],
    });
    return EXIT.done;
  },
};

export const resume: CommandDefinition = {
  name: 'resume',
  section: 'Step in',
  summary: 'have a paused controller work again',
  changes: true,
  examples: [{ line: 'resume', what: '`everswarm plan` shows beforehand what it will do' }],
  async run(context) {
    const { operator } = await context.connect();
    await confirm(context, `Have the controller of ${operator.cluster} work again?`);
    const was = await resumeController(operator);
    print(context, {
      data: { cluster: operator.cluster, was },
      lines: () => [`The controller of ${operator.cluster} works again; it was paused by ${was.by}: ${was.reason}.`],
    });
    return EXIT.done;
  },
};
