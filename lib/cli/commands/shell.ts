import { z } from 'zod';
import { findMachine } from '../../operate/find-machine.ts';
import type { MachineSeen } from '../../operate/machine-seen.ts';
import { type ClusterOverview, overviewOf } from '../../operate/overview.ts';
import { look } from '../../operate/situation.ts';
import { CliError } from '../cli-error.ts';
import { type CommandDefinition, optionsOf } from '../command.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { print } from '../output.ts';

const OPTIONS = z.object({ print: z.boolean().default(false), profile: z.string().optional() });

export const shell: CommandDefinition = {
  name: 'shell',
  section: 'Step in',
  summary: 'open a shell on a machine, by Session Manager',
  detail: [
    'Needs the AWS CLI with its Session Manager plugin, and leave to start sessions. No port is open, and no key is needed. Without a node: on a manager.',
  ],
  operands: [
    { syntax: '[node]', what: 'its address, instance id or node id, or the beginning of one' },
    { syntax: '[command...]', what: 'a command in place of a shell, after --' },
  ],
  options: [{ flags: '--print', what: 'print what would be run, and run nothing' }],
  examples: [
    { line: 'shell 10.42.0.10', what: 'a shell on this manager' },
    { line: 'shell 10.42.0.10 -- sudo docker node ls', what: 'one command' },
  ],
  async run(context, given) {
    const { print: isPrinted, profile } = optionsOf(given, OPTIONS);
    const [name, ...command] = given.operands;
    const { operator, region } = await context.connect();
    const overview = overviewOf(await look(operator, { ask: false }));
    const { instanceId, state, logicalId } = name === undefined ? anyManager(overview) : findMachine(overview, name);
    if (instanceId === undefined || state !== 'running') {
      const found = `${instanceId ?? logicalId ?? name} is ${state ?? 'not there'}: no session can be started on it`;
      throw new CliError(EXIT.failed, found, 'See `everswarm status`.');
    }
    const words = sessionWords({ instanceId, region, profile, command });
    if (isPrinted) {
      print(context, { data: { command: words }, lines: () => [words.map(quoted).join(' ')] });
      return EXIT.done;
    }
    const [file = 'aws', ...rest] = words;
    return codeOf(await context.world.execute(file, rest), words);
  },
};

function anyManager({ groups, cluster }: ClusterOverview): MachineSeen {
  const managers = groups.filter(({ flavor }) => flavor === 'swarm-manager').flatMap(({ machines }) => machines);
  const running = managers.find(({ state }) => state === 'running');
  if (running !== undefined) return running;
  throw new CliError(EXIT.failed, `no manager of ${cluster} runs`, 'See `everswarm status`.');
}

/**
 * Parameters go in as JSON: `--parameters` reads its shorthand otherwise, in which commas and spaces mean something.
 * Source: https://docs.aws.amazon.com/systems-manager/latest/userguide/session-manager-working-with-sessions-start.html
 */
function sessionWords(options: {
  readonly instanceId: string;
  readonly region: string;
  readonly profile: string | undefined;
  readonly command: readonly string[];
}): readonly string[] {
  const { instanceId, region, profile, command } = options;
  const where = ['--region', region, ...(profile === undefined ? [] : ['--profile', profile])];
  const what =
    command.length === 0
      ? []
      : [
          '--document-name',
          'AWS-StartInteractiveCommand',
          '--parameters',
          JSON.stringify({ command: [command.map(quoted).join(' ')] }),
        ];
  return ['aws', 'ssm', 'start-session', ...where, '--target', instanceId, ...what];
}

/** For a POSIX shell. */
function quoted(word: string): string {
  return /^[0-9A-Za-z_./:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

function codeOf(code: number | undefined, words: readonly string[]): ExitCode {
  if (code === undefined) {
    const remedy = `Install it, with the Session Manager plugin, or run elsewhere: ${words.map(quoted).join(' ')}`;
    throw new CliError(EXIT.failed, 'the AWS CLI (aws) was not found', remedy);
  }
  if (code === 0) return EXIT.done;
  throw new CliError(EXIT.failed, `the session ended with ${code}`);
}
