// Writes docs/cli.md from the commands as they are: node scripts/cli-docs.ts
import { writeFileSync } from 'node:fs';
import {
  type CommandDefinition,
  type Example,
  type Operand,
  type OptionDefinition,
  SECTIONS,
} from '../lib/cli/command.ts';
import { COMMANDS } from '../lib/cli/commands.ts';
import { EXIT_MEANINGS } from '../lib/cli/exit-codes.ts';
import { GLOBAL_OPTIONS, INTRODUCTION, PROGRAM, sentence, YES_OPTION } from '../lib/cli/program.ts';

const FILE = new URL('../docs/cli.md', import.meta.url);

/** The page, ended by a newline. */
export function cliDocument(): string {
  const parts = [
    '# The command line',
    '<!-- Made from lib/cli by `node scripts/cli-docs.ts`; what is changed here is lost. -->',
    INTRODUCTION,
    `\`npx ${PROGRAM}\` runs it where the package is installed, \`npm run -s ${PROGRAM} -- status\` in its sources.`,
    ...ABOUT,
    '## What every command takes',
    optionTable([...GLOBAL_OPTIONS, { flags: '-h, --help', what: 'its help, with examples' }]),
    'What changes something asks first; `--yes` answers it. Without a terminal to ask on, nothing is changed.',
    '## Exit codes',
    table(
      ['code', 'meaning'],
      EXIT_MEANINGS.map(({ code, what }) => [String(code), what]),
    ),
    ...SECTIONS.flatMap((section) => {
      const own = COMMANDS.filter((command) => command.section === section);
      return [`## ${section}`, ...own.flatMap(commandPart)];
    }),
  ];
  return `${parts.join('\n\n')}\n`;
}

const ABOUT: readonly string[] = [
  '## How it finds a cluster',
  'It uses the AWS credentials of the shell, as the AWS CLI and the CDK do. A cluster is found by its name: one parameter of Parameter Store, ' +
    '`/everswarm-clusters/<name>`, says where its table and its controller are. With one cluster in the account and Region no name is needed.',
  'The permissions are what `swarm.grantOperate(role)` gives (docs/construct.md). Who may operate a cluster owns it: a declaration names what runs as root on its machines.',
  'Against the lab: `eval "$(npm run -s lab -- env)"`, then every command as it is. The lab has no Session Manager: `npm run lab -- shell` takes the place of `everswarm shell`.',
  '## Results',
  'Results go to standard output, what is under way to standard error. `-o json` and `-o yaml` give the same as data: fields are named as in the ' +
    'sources (`lib/operate/overview.ts` for `status`), moments are ISO 8601. A table fits the width of the terminal: columns are left out where it is narrow. Into a pipe nothing is wrapped.',
  'Colour only repeats what the words say. `NO_COLOR` turns it off, `FORCE_COLOR` on.',
  '## What it costs',
  'Measured on a whole cluster of 3 managers and 5 workers, against the lab on simulated machines, from the first call to the last: `status` 14 calls to AWS and 0.7 s, ' +
    'of which 0.5 s the managers take to answer; `status --no-ask` 7 calls and 0.2 s; `doctor`, which asks all eight machines, 29 calls and 1.6 s. Each look of `status --watch` is one `status`. ' +
    'The program itself takes about a second to start.',
];

function commandPart({
  name,
  summary,
  detail = [],
  operands = [],
  options = [],
  changes = false,
  examples,
}: CommandDefinition): readonly string[] {
  const own = [...options, ...(changes ? [YES_OPTION] : [])];
  const usage = [PROGRAM, name, ...(own.length > 0 ? ['[options]'] : []), ...operands.map(({ syntax }) => syntax)];
  return [
    `### ${name}`,
    [sentence(summary), ...detail].join('\n\n'),
    `\`\`\`\n${usage.join(' ')}\n\`\`\``,
    ...(operands.length === 0 ? [] : [table(['argument', 'what it is'], operands.map(operandRow))]),
    ...(own.length === 0 ? [] : [optionTable(own)]),
    examples.map(exampleLine).join('\n'),
  ];
}

function operandRow({ syntax, what, choices }: Operand): readonly string[] {
  return [`\`${syntax}\``, choices === undefined ? what : `${what}: ${choices.map((one) => `\`${one}\``).join(', ')}`];
}

function optionTable(options: readonly OptionDefinition[]): string {
  return table(
    ['option', 'what it does'],
    options.map(({ flags, what, choices }) => [
      `\`${flags}\``,
      choices === undefined ? what : `${what}: ${choices.map((one) => `\`${one}\``).join(', ')}`,
    ]),
  );
}

function exampleLine({ line, what }: Example): string {
  return `- \`${PROGRAM} ${line}\`: ${what}`;
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = rows.map((row) => row.map((cell) => cell.replaceAll('|', '\\|')));
  const widths = header.map((title, column) => Math.max(title.length, ...cells.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [line(header), `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...cells.map(line)].join('\n');
}

if (import.meta.main) writeFileSync(FILE, cliDocument());
