import { errorCode, errorMessage, isAwsError } from '../aws/errors.ts';
import type { Clock } from '../clock.ts';
import type { Operator } from '../operate/operator.ts';
import { type ClusterOverview, overviewOf } from '../operate/overview.ts';
import { look } from '../operate/situation.ts';
import type { EventRecord } from '../store/store.ts';
import { CliError } from './cli-error.ts';
import type { CommandContext, Connection } from './command-context.ts';
import { EXIT } from './exit-codes.ts';
import { pause } from './follow.ts';
import { enterScreen } from './screen.ts';
import { clockTime } from './times.ts';
import { eventLines } from './views/event-view.ts';
import { statusLines } from './views/status-view.ts';

/** Between two looks: each asks the managers. */
const LOOK_EVERY = 2_000;
const SECOND = 1_000;
const EVENTS = 8;

interface Picture {
  readonly overview: ClusterOverview;
  readonly events: readonly EventRecord[];
}

/** Draws the cluster again and again until it is interrupted. @returns how it was last seen; `undefined`: never */
export async function watch(
  context: CommandContext,
  { operator, region }: Connection,
  { ask, all }: { readonly ask: boolean; readonly all: boolean },
): Promise<ClusterOverview | undefined> {
  const { terminal, world, format, paint } = context;
  if (terminal.columns === undefined || format !== 'table') {
    const remedy = 'Without one, `everswarm status` in a loop of your own, or `everswarm events --follow`.';
    throw new CliError(EXIT.usage, '--watch draws on a terminal', remedy);
  }
  const signal = world.interruption();
  const screen = enterScreen(terminal);
  let picture: Picture | undefined;
  const draw = (foot: string): void => {
    screen.draw(picture === undefined ? [foot] : linesOf(context, region, all, picture, foot));
  };
  try {
    while (!signal.aborted) {
      const looking = lookOnce(operator, ask);
      // Machines that are silent, or a Swarm without a leader, take seconds to be found out.
      for (let waited = 1; !(await endsWithin(looking, SECOND, world.clock, signal)); waited += 1) {
        if (signal.aborted) return picture?.overview;
        draw(paint('faint', `asking for ${waited} s; Ctrl-C ends it`));
      }
      try {
        picture = await looking;
        draw(paint('faint', `${timeOf(picture)}, every ${LOOK_EVERY / SECOND} s; Ctrl-C ends it`));
      } catch (error) {
        // What passes must not end the watch; what does not pass ends it before there was anything to see.
        if (!isAwsError(error) || picture === undefined) throw error;
        const trouble = `${errorCode(error)}: ${errorMessage(error)}`;
        draw(paint('bad', `could not look again since ${timeOf(picture)}: ${trouble}`));
      }
      await pause(world.clock, LOOK_EVERY, signal);
    }
  } finally {
    screen.leave();
  }
  return picture?.overview;
}

async function lookOnce(operator: Operator, ask: boolean): Promise<Picture> {
  const [situation, events] = await Promise.all([look(operator, { ask }), operator.store.events(EVENTS)]);
  return { overview: overviewOf(situation), events };
}

/** An interruption counts as the end of the time, and not of what is waited for. */
async function endsWithin(
  work: Promise<unknown>,
  milliseconds: number,
  clock: Clock,
  signal: AbortSignal,
): Promise<boolean> {
  const over = new AbortController();
  const ended = work.then(
    () => true,
    () => true,
  );
  const late = pause(clock, milliseconds, AbortSignal.any([signal, over.signal])).then(() => false);
  const first = await Promise.race([ended, late]);
  over.abort();
  return first;
}

function timeOf({ overview: { at } }: Picture): string {
  return clockTime(at, at);
}

function linesOf(
  { paint, terminal, world }: CommandContext,
  region: string,
  all: boolean,
  { overview, events }: Picture,
  foot: string,
): readonly string[] {
  const columns = terminal.columns ?? 80;
  const now = world.clock.now();
  const status = statusLines(overview, { paint, columns, all, region });
  // A line each, cut where the screen ends: `everswarm events` has the whole of it.
  const told = events.toReversed().flatMap((event) => eventLines(event, { paint, columns: undefined, now }));
  // The newest events take what room there is.
  const room = (terminal.rows ?? 24) - status.length - 4;
  const log = room < 1 ? [] : ['', paint('strong', 'Events'), ...told.slice(-room)];
  return [...status, ...log, '', foot];
}
