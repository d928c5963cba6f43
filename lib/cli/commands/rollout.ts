import { z } from 'zod';
import { haltRollout, proposeUndo, type RolloutStatus, resumeRollout, rolloutStatus } from '../../operate/rollout.ts';
import { counted } from '../../words.ts';
import { carryOut, FOLLOW, FOLLOW_OPTIONS } from '../carry-out.ts';
import { type CommandDefinition, optionsOf } from '../command.ts';
import type { CommandContext } from '../command-context.ts';
import { confirm } from '../confirm.ts';
import { EXIT } from '../exit-codes.ts';
import { hanging } from '../layout.ts';
import { print } from '../output.ts';
import type { Tone } from '../style.ts';

const GROUP = { syntax: '<group>', what: 'e.g. workers' } as const;
export const REASON_OPTION = { flags: '-r, --reason <text>', what: 'why, for colleagues and the event log' } as const;
export const REASON = z.object({ reason: z.string().trim().min(1).max(500).default('no reason given') });

const status: CommandDefinition = {
  name: 'rollout status',
  section: 'Change',
  summary: 'show how far each group is on the way to its declared configuration',
  operands: [{ syntax: '[group]', what: 'only this one' }],
  examples: [{ line: 'rollout status', what: 'all groups' }],
  async run(context, { operands }) {
    const { operator } = await context.connect();
    const [group] = operands;
    const found = await rolloutStatus(operator, group === undefined ? undefined : [group]);
    print(context, { data: found, lines: () => found.flatMap((one) => linesOf(context, one)) });
    return EXIT.done;
  },
};

const pause: CommandDefinition = {
  name: 'rollout pause',
  section: 'Change',
  summary: 'halt the roll-out of a group: nothing more is replaced',
  detail: [
    'What is lost meanwhile comes back with the last good configuration. A declaration that is committed later is rolled out.',
  ],
  operands: [GROUP],
  options: [REASON_OPTION],
  changes: true,
  examples: [{ line: 'rollout pause workers -r "errors since 14:00"', what: 'with the reason, for colleagues' }],
  async run(context, given) {
    const [group = ''] = given.operands;
    const { reason } = optionsOf(given, REASON);
    const { operator } = await context.connect();
    await confirm(context, `Halt the roll-out of ${group}?`);
    return tell(context, await haltRollout(operator, group, reason));
  },
};

const resume: CommandDefinition = {
  name: 'rollout resume',
  section: 'Change',
  summary: 'have a halted roll-out go on',
  detail: ['What failed before does not count any more.'],
  operands: [GROUP],
  changes: true,
  examples: [{ line: 'rollout resume workers', what: 'goes on where it was halted' }],
  async run(context, { operands }) {
    const [group = ''] = operands;
    const { operator } = await context.connect();
    await confirm(context, `Go on with the roll-out of ${group}?`);
    return tell(context, await resumeRollout(operator, group));
  },
};

const undo: CommandDefinition = {
  name: 'rollout undo',
  section: 'Change',
  summary: 'go back to the last good configuration of a group',
  detail: ['The last one that every machine of it was healthy with. How many machines there are stays as it is.'],
  operands: [GROUP],
  options: FOLLOW_OPTIONS,
  changes: true,
  examples: [{ line: 'rollout undo workers', what: 'also of a halted roll-out' }],
  async run(context, given) {
    const [group = ''] = given.operands;
    const follow = optionsOf(given, FOLLOW);
    const connection = await context.connect();
    return carryOut(context, connection, await proposeUndo(connection.operator, group, { ask: true }), follow);
  },
};

export const rollouts: readonly CommandDefinition[] = [status, pause, resume, undo];

function tell(context: CommandContext, status: RolloutStatus): 0 {
  print(context, { data: status, lines: () => linesOf(context, status) });
  return EXIT.done;
}

const TONES: Readonly<Record<RolloutStatus['phase'], Tone>> = {
  done: 'good',
  settling: 'busy',
  rolling: 'busy',
  halted: 'bad',
};

function linesOf({ paint, terminal }: CommandContext, status: RolloutStatus): readonly string[] {
  const { group, phase, version, good, halt, live, outdated, declared } = status;
  const words = {
    done: `every machine has the configuration of version ${good?.version ?? version}`,
    settling: 'every machine is of the new configuration; not all have been healthy for long enough',
    rolling:
      outdated === 0
        ? `${live} of ${declared} machines are there`
        : `${counted(outdated, 'machine')} of ${live} ${outdated === 1 ? 'is' : 'are'} of a former configuration`,
    halted: `by ${halt?.by ?? 'the controller'}: ${halt?.reason ?? ''}; ${counted(outdated, 'machine')} to go`,
  }[phase];
  return hanging(`${paint('strong', group)}  ${paint(TONES[phase], phase)}  `, words, terminal.columns);
}
