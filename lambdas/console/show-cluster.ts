import { consoleView, type Notice } from '../../lib/console/console-view.ts';
import { renderConsole, renderProblem } from '../../lib/console/render.ts';
import type { Viewer } from '../../lib/console/widget-event.ts';
import { OperateError } from '../../lib/operate/errors.ts';
import type { Operator } from '../../lib/operate/operator.ts';
import { overviewOf } from '../../lib/operate/overview.ts';
import { look, type Situation } from '../../lib/operate/situation.ts';

/** What the machines don't say within so many milliseconds the viewer does not wait for. */
const ANSWERS_MS = 15_000;
/** Enough for the steps since the cluster was last whole, and for the newest ones. */
const EVENTS = 60;

export interface Showing {
  readonly operator: Operator;
  readonly viewer: Viewer;
  /** ARN of the function that carries orders out. */
  readonly endpoint: string;
  readonly notice?: Notice | undefined;
}

/** Looks at the cluster and draws it: the widget's HTML. What can't be shown for a reason that people can act on is told. */
export async function showCluster({ operator, viewer, endpoint, notice }: Showing): Promise<string> {
  try {
    const [situation, events] = await Promise.all([situationInTime(operator), operator.store.events(EVENTS)]);
    return renderConsole(consoleView(overviewOf(situation), events, { viewer, endpoint, notice }));
  } catch (error) {
    if (!(error instanceof OperateError)) throw error;
    return renderProblem({ theme: viewer.theme, message: error.message, remedy: error.remedy });
  }
}

async function situationInTime(operator: Operator): Promise<Situation> {
  const asked = look(operator, { ask: true });
  // Once nobody waits for it any more, its failure is nobody's.
  asked.catch(() => undefined);
  const inTime = await Promise.race([asked, operator.clock.sleep(ANSWERS_MS)]);
  return inTime ?? look(operator, { ask: false });
}
