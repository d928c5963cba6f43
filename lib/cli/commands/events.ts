import { z } from 'zod';
import type { EventRecord } from '../../store/store.ts';
import { CliError } from '../cli-error.ts';
import { type CommandDefinition, optionsOf } from '../command.ts';
import type { CommandContext } from '../command-context.ts';
import { EXIT } from '../exit-codes.ts';
import { eventsSince, pause } from '../follow.ts';
import { print } from '../output.ts';
import { plainData } from '../plain.ts';
import { durationOf } from '../times.ts';
import { eventLines } from '../views/event-view.ts';

const OPTIONS = z.object({
  since: z.string().optional(),
  limit: z.string().default('50'),
  follow: z.boolean().default(false),
});

/** The log keeps events for 30 days; more than this nobody reads. */
const MOST = 1_000;
const LOOK_EVERY = 1_500;

export const events: CommandDefinition = {
  name: 'events',
  section: 'Look',
  summary: 'show what was done, held back and decided',
  detail: ['Oldest first, of the last 30 days. What each name means, and what to do about it: docs/runbook.md.'],
  options: [
    { flags: '--since <time>', what: 'of the last 30s, 15m, 2h, 3d' },
    { flags: '-n, --limit <number>', what: `at most so many, the newest [50, at most ${MOST}]` },
    { flags: '-f, --follow', what: 'go on with what comes, until interrupted' },
  ],
  examples: [
    { line: 'events --since 1h', what: 'of the last hour' },
    { line: 'events --follow', what: 'as they happen' },
  ],
  async run(context, given) {
    const { since, limit, follow } = optionsOf(given, OPTIONS);
    const number = numberOf(limit);
    const from = sinceOf(since, context.world.clock.now());
    const { operator } = await context.connect();
    const found = (await operator.store.events(number, from)).toReversed();
    if (!follow) {
      const lines = () => (found.length === 0 ? ['No events.'] : found.flatMap((event) => linesOf(context, event)));
      print(context, { data: found, lines });
      return EXIT.done;
    }
    for (const event of found) tell(context, event);
    await goOn(context, operator.store, found.at(-1)?.at ?? context.world.clock.now(), found);
    return EXIT.done;
  },
};

async function goOn(
  context: CommandContext,
  store: Parameters<typeof eventsSince>[0],
  since: number,
  shown: readonly EventRecord[],
): Promise<void> {
  const { world } = context;
  const signal = world.interruption();
  const fresh = eventsSince(store, since);
  const before = new Set(shown.map((event) => JSON.stringify(event)));
  while (!signal.aborted) {
    for (const event of await fresh()) if (!before.has(JSON.stringify(event))) tell(context, event);
    await pause(world.clock, LOOK_EVERY, signal);
  }
}

/** For programs one line of JSON, or one document of YAML, for each. */
function tell(context: CommandContext, event: EventRecord): void {
  const { terminal, format } = context;
  switch (format) {
    case 'table':
      for (const line of linesOf(context, event)) terminal.out(line);
      return;
    case 'json':
      terminal.out(JSON.stringify(plainData(event)));
      return;
    case 'yaml':
      terminal.out('---');
      print(context, { data: event, lines: () => [] });
  }
}

function linesOf({ paint, terminal, world }: CommandContext, event: EventRecord): readonly string[] {
  return eventLines(event, { paint, columns: terminal.columns, now: world.clock.now() });
}

function numberOf(text: string): number {
  const number = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (number >= 1 && number <= MOST) return number;
  throw new CliError(EXIT.usage, `--limit ${text}: allowed is a number from 1 to ${MOST}`);
}

function sinceOf(text: string | undefined, now: number): number | undefined {
  if (text === undefined) return undefined;
  const duration = durationOf(text);
  if (duration === undefined)
    throw new CliError(EXIT.usage, `--since ${text}: allowed is 30s, 15m, 2h, 3d and the like`);
  return now - duration;
}
