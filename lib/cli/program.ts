import { Command, Option } from 'commander';
import type { CommandDefinition, Example, Section } from './command.ts';
import { EXIT_MEANINGS } from './exit-codes.ts';
import { hangingList } from './layout.ts';
import { FORMATS } from './output.ts';
import type { Terminal } from './terminal.ts';

export const PROGRAM = 'everswarm';

/** What every command takes. */
export const GLOBAL_OPTIONS = [
  { flags: '-c, --cluster <name>', what: 'which cluster [EVERSWARM_CLUSTER, or the only one there is]' },
  { flags: '-o, --output <format>', what: 'how results are given', choices: FORMATS },
  { flags: '--region <region>', what: 'AWS Region [AWS_REGION, or that of the profile]' },
  { flags: '--profile <name>', what: 'profile of the AWS configuration [AWS_PROFILE]' },
] as const;

export const YES_OPTION = { flags: '-y, --yes', what: "don't ask before something is changed" } as const;

/** Words that stand before others: `rollout pause`. */
export interface FamilyDefinition {
  readonly name: string;
  readonly section: Section;
  readonly summary: string;
}

export const INTRODUCTION =
  'Looks after a Docker Swarm on AWS that repairs itself: shows it, changes it, helps where a person is needed.';

/** What was chosen: which command, with what. */
export type Chosen = (definition: CommandDefinition, command: Command) => Promise<void>;

/** The command line as commander parses it. Nothing is run before `parseAsync`, and then only what `chosen` does. */
export function createProgram(
  definitions: readonly CommandDefinition[],
  families: readonly FamilyDefinition[],
  options: { readonly version: string; readonly terminal: Terminal; readonly chosen: Chosen },
): Command {
  const { version, terminal, chosen } = options;
  const columns = terminal.columns ?? 80;
  const program = new Command(PROGRAM)
    .description(INTRODUCTION)
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command]', 'print the help of a command')
    .commandsGroup('Set up:')
    .configureOutput({
      writeOut: (text) => eachLine(text, terminal.out),
      writeErr: (text) => eachLine(text, terminal.note),
      getOutHelpWidth: () => Math.min(columns, 100),
      getErrHelpWidth: () => Math.min(columns, 100),
    })
    .configureHelp({ showGlobalOptions: true, subcommandTerm: (command) => command.name() })
    .exitOverride();
  for (const option of GLOBAL_OPTIONS) program.addOption(optionFrom(option));
  program.addHelpText('after', () => exitHelp(columns));
  const parents = new Map<string, Command>();
  for (const definition of definitions) {
    const [first = '', second] = definition.name.split(' ');
    const family = second === undefined ? undefined : families.find(({ name }) => name === first);
    if (family !== undefined && !parents.has(first)) parents.set(first, addFamily(program, family));
    addCommand(parents.get(first) ?? program, second ?? first, definition, chosen, columns);
  }
  return program;
}

function addFamily(program: Command, { name, summary, section }: FamilyDefinition): Command {
  const command = program.command(name).summary(summary).description(sentence(summary));
  return command.helpGroup(`${section}:`).helpCommand(false);
}

/** A summary as the beginning of a text. */
export function sentence(summary: string): string {
  return `${summary[0]?.toUpperCase() ?? ''}${summary.slice(1)}.`;
}

function addCommand(
  parent: Command,
  word: string,
  definition: CommandDefinition,
  chosen: Chosen,
  columns: number,
): void {
  const { name, section, summary, detail = [], operands = [], options = [], changes = false, examples } = definition;
  const command = parent
    .command(word)
    .summary(summary)
    .description([sentence(summary), ...detail].join('\n\n'))
    .helpCommand(false)
    .showHelpAfterError(`See: ${PROGRAM} ${name} --help`);
  if (word === name) command.helpGroup(`${section}:`);
  for (const { syntax, what, choices } of operands) {
    const argument = command.createArgument(syntax, what);
    command.addArgument(choices === undefined ? argument : argument.choices([...choices]));
  }
  for (const option of options) command.addOption(optionFrom(option));
  if (changes) command.addOption(optionFrom(YES_OPTION));
  command.addHelpText('after', () => exampleHelp(examples, columns));
  command.action(() => chosen(definition, command));
}

function optionFrom({ flags, what, choices }: { flags: string; what: string; choices?: readonly string[] }): Option {
  const option = new Option(flags, what);
  return choices === undefined ? option : option.choices([...choices]);
}

function exampleHelp(examples: readonly Example[], columns: number): string {
  const items = examples.map(({ line, what }) => ({ lead: `${PROGRAM} ${line}`, text: what }));
  return ['', 'Examples:', ...hangingList(items, columns)].join('\n');
}

function exitHelp(columns: number): string {
  const items = EXIT_MEANINGS.map(({ code, what }) => ({ lead: String(code), text: what }));
  return ['', 'Exit codes:', ...hangingList(items, columns)].join('\n');
}

function eachLine(text: string, write: (line: string) => void): void {
  for (const line of text.replace(/\n$/, '').split('\n')) write(line);
}
