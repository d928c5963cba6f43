import { z } from 'zod';
import { examine } from '../../operate/doctor/doctor.ts';
import { gatherFacts } from '../../operate/doctor/facts.ts';
import type { Checked, Severity } from '../../operate/doctor/finding.ts';
import type { ClusterSpec } from '../../spec/spec.ts';
import { counted } from '../../words.ts';
import { type CommandDefinition, optionsOf } from '../command.ts';
import type { CommandContext } from '../command-context.ts';
import { DEFAULT_FILE, FILE_OPTION, readDeclared } from '../declared.ts';
import { EXIT } from '../exit-codes.ts';
import { hanging } from '../layout.ts';
import { print } from '../output.ts';
import type { Tone } from '../style.ts';

const OPTIONS = z.object({ file: z.string().optional() });

export const doctor: CommandDefinition = {
  name: 'doctor',
  section: 'Look',
  summary: 'look for what is amiss, or will be, and say what to do about it',
  detail: [
    'Permissions, the controller, quorum, agents, versions of Docker, clocks, certificates, disks, launches, roll-outs, join tokens, alarms, and whether swarm.yaml still says what is in force. It asks every machine, and changes nothing. Ends with 1 when it finds an error.',
  ],
  options: [{ ...FILE_OPTION, what: `a file to compare with [${DEFAULT_FILE}, where there is one]` }],
  examples: [
    { line: 'doctor', what: 'with swarm.yaml of this directory' },
    { line: 'doctor -o json', what: 'for programs' },
  ],
  async run(context, given) {
    const { file } = optionsOf(given, OPTIONS);
    const declared = await declaredIn(context, file);
    const { operator, alarms, region } = await context.connect();
    const checked = examine(await gatherFacts(operator, { alarms, declared }));
    const findings = checked.flatMap((one) => one.findings);
    print(context, {
      data: { cluster: operator.cluster, findings, checked },
      lines: () => [
        `${context.paint('strong', operator.cluster)} in ${region}: ${countOf(checked)}`,
        '',
        ...checked.flatMap((one) => linesOf(context, one)),
      ],
    });
    return findings.some(({ severity }) => severity === 'error') ? EXIT.failed : EXIT.done;
  },
};

/** A file that was not asked for need not be there. */
async function declaredIn(context: CommandContext, file: string | undefined): Promise<ClusterSpec | undefined> {
  if (file !== undefined) return readDeclared(context, file);
  try {
    await context.world.readText(DEFAULT_FILE);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
  return readDeclared(context, DEFAULT_FILE);
}

const MARKS: Readonly<Record<Severity, { readonly mark: string; readonly tone: Tone }>> = {
  error: { mark: '✗ error', tone: 'bad' },
  warning: { mark: '! warning', tone: 'busy' },
  note: { mark: '· note', tone: 'faint' },
};
/** Of the longest check's name, and of the longest mark. */
const [NAME, MARK] = [11, 9];

function linesOf({ paint, terminal }: CommandContext, { check, said, looked, findings }: Checked): readonly string[] {
  const lead = (mark: string, tone: Tone): string => `${check.padEnd(NAME)}  ${paint(tone, mark.padEnd(MARK))}  `;
  if (findings.length === 0) {
    return looked
      ? hanging(lead('✓ well', 'good'), said, terminal.columns)
      : hanging(lead('- skipped', 'faint'), said, terminal.columns);
  }
  return findings.flatMap(({ severity, what, remedy }) => {
    const { mark, tone } = MARKS[severity];
    return [
      ...hanging(lead(mark, tone), what, terminal.columns),
      ...hanging(' '.repeat(NAME + MARK + 4), `→ ${remedy}`, terminal.columns),
    ];
  });
}

function countOf(checked: readonly Checked[]): string {
  const findings = checked.flatMap((one) => one.findings);
  const count = (severity: Severity) => findings.filter((one) => one.severity === severity).length;
  const parts = (['error', 'warning', 'note'] as const)
    .map((severity) => ({ severity, number: count(severity) }))
    .filter(({ number }) => number > 0)
    .map(({ severity, number }) => counted(number, severity));
  return parts.length === 0 ? 'nothing is amiss' : parts.join(', ');
}
