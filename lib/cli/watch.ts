import { errorCode, errorMessage, isAwsError } from '../aws/errors.ts';
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
  const { terminal, world, format } = context;
  if (terminal.columns === undefined || format !== 'table') {
    const remedy = 'Without one, `everswarm status` in a loop of your own, or `everswarm events --follow`.';
    throw new CliError(EXIT.usage, '--watch draws on a terminal', remedy);
  }
  const signal = world.interruption();
  const screen = enterScreen(terminal);
  let picture: Picture | undefined;
  let trouble: string | undefined;
  try {
    while (!signal.aborted) {
      try {
        const [situation, events] = await Promise.all([look(operator, { ask }), operator.store.events(EVENTS)]);
        picture = { overview: overviewOf(situation), events };
        trouble = undefined;
      } catch (error) {
        // What passes must not end the watch; what does not pass ends it before there was anything to see.
        if (!isAwsError(error) || picture === undefined) throw error;
        trouble = `${errorCode(error)}: ${errorMessage(error)}`;
      }
      screen.draw(linesOf(context, region, all, picture, trouble));
      await pause(world.clock, LOOK_EVERY, signal);
    }
  } finally {
    screen.leave();
  }
  return picture?.overview;
}

function linesOf(
  { paint, terminal, world }: CommandContext,
  region: string,
  all: boolean,
  { overview, events }: Picture,
  trouble: string | undefined,
): readonly string[] {
  const columns = terminal.columns ?? 80;
  const now = world.clock.now();
  const status = statusLines(overview, { paint, columns, all, region });
  const at = `${clockTime(overview.at, now)}, every ${LOOK_EVERY / 1000} s; Ctrl-C ends it`;
  const foot =
    trouble === undefined
      ? paint('faint', at)
      : paint('bad', `could not look again since ${at.slice(0, 8)}: ${trouble}`);
  // A line each, cut where the screen ends: `everswarm events` has the whole of it.
  const told = events.toReversed().flatMap((event) => eventLines(event, { paint, columns: undefined, now }));
  // The newest events take what room there is.
  const room = (terminal.rows ?? 24) - status.length - 4;
  const log = room < 1 ? [] : ['', paint('strong', 'Events'), ...told.slice(-room)];
  return [...status, ...log, '', foot];
}
