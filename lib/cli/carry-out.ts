import { z } from 'zod';
import { pausedWords } from '../operate/pause.ts';
import { commitProposal, type Proposal, refuseWhatCanNotBe } from '../operate/proposal.ts';
import type { CommittedSpec } from '../spec/spec.ts';
import type { EventRecord } from '../store/store.ts';
import { CliError } from './cli-error.ts';
import type { CommandContext, Connection } from './command-context.ts';
import { confirm } from './confirm.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { type Followed, followToWhole } from './follow.ts';
import { print } from './output.ts';
import { painter } from './style.ts';
import { durationOf } from './times.ts';
import { passingLines } from './views/event-view.ts';
import { previewLines, summaryOf } from './views/preview-view.ts';

/** For commands that put another spec in force. */
export const FOLLOW_OPTIONS = [
  { flags: '--no-wait', what: "don't wait until the cluster is whole again" },
  { flags: '--timeout <time>', what: 'how long to wait: 90s, 30m, 2h [30m]' },
] as const;

export const FOLLOW = z.object({
  wait: z.boolean(),
  timeout: z.string().default('30m'),
});

/** Shows a proposal, asks, puts it in force, and tells how it goes until the cluster is whole. */
export async function carryOut(
  context: CommandContext,
  { operator, region }: Connection,
  proposal: Proposal,
  { wait, timeout }: z.output<typeof FOLLOW>,
): Promise<ExitCode> {
  const { terminal, paint, format } = context;
  const { before, changed, preview } = proposal;
  const patience = durationOf(timeout);
  if (patience === undefined)
    throw new CliError(EXIT.usage, `--timeout ${timeout}: allowed is 90s, 30m, 2h and the like`);
  if (!changed) {
    const data = { changed, version: before.version, preview };
    print(context, { data, lines: () => [`${operator.cluster} is declared so already: version ${before.version}.`] });
    return EXIT.done;
  }
  if (format === 'table') {
    const title = `${paint('strong', operator.cluster)} in ${region}: version ${before.version} → ${before.version + 1}`;
    const lines = previewLines(preview, { paint, columns: terminal.columns });
    for (const line of [title, '', ...lines, '', `${summaryOf(preview)}.`]) terminal.out(line);
  }
  refuseWhatCanNotBe(proposal);
  const { pause } = proposal.situation.input.records;
  if (pause !== undefined) terminal.note(`note: ${pausedWords(pause)}`);
  await confirm(context, `Change ${operator.cluster} so?`);
  const committed = await commitProposal(operator, proposal);
  terminal.note(`Version ${committed.version} is in force.`);
  const followed = wait && pause === undefined ? await follow(context, operator, committed, patience) : undefined;
  print(context, {
    data: { changed, version: committed.version, preview, ...(followed !== undefined && { whole: followed.whole }) },
    lines: () => [],
  });
  return followed?.whole === false ? EXIT.notWhole : EXIT.done;
}

async function follow(
  { world, terminal }: CommandContext,
  operator: Connection['operator'],
  committed: CommittedSpec,
  timeout: number,
): Promise<Followed> {
  const paint = painter(terminal.noteColor);
  const tell = (event: EventRecord): void => {
    const look = { paint, columns: terminal.noteColumns, now: world.clock.now() };
    for (const line of passingLines(event, look)) terminal.note(line);
  };
  const signal = world.interruption();
  const followed = await followToWhole(operator, committed, { clock: world.clock, timeout, tell, signal });
  const seconds = Math.round(followed.milliseconds / 1000);
  if (followed.whole) terminal.note(`${operator.cluster} is whole, after ${seconds} s.`);
  else {
    const reason = signal.aborted ? 'Not waited for any longer' : `Not whole after ${seconds} s`;
    terminal.note(`${reason}; it goes on by itself. See \`everswarm status\`.`);
  }
  return followed;
}
