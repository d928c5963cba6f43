import type { ProbeOutcome } from '../observe/observation.ts';
import type { Plan } from '../plan/action.ts';
import { plan } from '../plan/plan.ts';
import type { Records } from '../plan/records.ts';
import { type SwarmView, swarmView } from '../plan/swarm-view.ts';
import type { PlanInput } from '../plan/world.ts';
import { isBookkeeping } from '../preview/next-actions.ts';
import { formerGroups } from '../reconcile/former.ts';
import type { CommittedSpec } from '../spec/spec.ts';
import type { ClusterStatus } from '../store/store.ts';
import { OperateError } from './errors.ts';
import type { Operator } from './operator.ts';

/** The cluster at this moment, read by the operator itself: not by way of what the controller last wrote down. */
export interface Situation {
  readonly input: PlanInput;
  readonly view: SwarmView;
  /** What the controller would do now. */
  readonly plan: Plan;
  /** Were machines asked? Else nothing is known of the Swarm. */
  readonly asked: boolean;
  /** How the controller's last pass found it. */
  readonly status: ClusterStatus | undefined;
}

/** The planner asks managers, then what looked broken, then workers: more rounds there never are. */
const ROUNDS = 3;

/** @param ask whether the machines are asked (a second or two; a machine that is silent takes longer) @throws OperateError */
export async function look(operator: Operator, { ask }: { readonly ask: boolean }): Promise<Situation> {
  const { store, clock } = operator;
  const [{ committed, records }, status, infrastructure] = await Promise.all([
    memoryOf(operator),
    store.status(),
    operator.observe(),
  ]);
  const former = await formerGroups(store, records);
  let input: PlanInput = { committed, records, former, observation: infrastructure, now: clock.now() };
  let decided = plan(input);
  for (let round = 0; ask && round < ROUNDS; round += 1) {
    const probes: ReadonlyMap<string, ProbeOutcome> = input.observation.probes ?? new Map();
    const unanswered = decided.ask.filter((id) => !probes.has(id));
    if (unanswered.length === 0) break;
    const answers = await operator.probe(unanswered);
    const observation = { ...infrastructure, probes: new Map([...probes, ...answers]) };
    input = { ...input, observation, now: clock.now() };
    decided = plan(input);
  }
  return { input, view: swarmView(input), plan: decided, asked: input.observation.probes !== undefined, status };
}

/** @throws OperateError `NothingDeclared` */
export async function memoryOf({
  store,
  cluster,
}: Pick<Operator, 'store' | 'cluster'>): Promise<{ readonly committed: CommittedSpec; readonly records: Records }> {
  const { committed, records } = await store.memory();
  if (committed !== undefined) return { committed, records };
  const found = `the stack of cluster "${cluster}" is there, and no spec was ever committed`;
  throw new OperateError('NothingDeclared', found, 'Wait for the end of its deployment, or deploy it again.');
}

/**
 * Is all as declared? By what the machines say themselves; where nobody was asked, by the controller's last word, as far as
 * it is of the same spec and EC2 doesn't say otherwise.
 */
export function isWhole({ input, plan: planned, asked, status }: Situation): boolean {
  const idle = planned.actions.every(isBookkeeping) && planned.held.length === 0 && planned.waiting.length === 0;
  if (!idle) return false;
  return asked ? planned.ask.length === 0 : status?.whole === true && status.specVersion === input.committed.version;
}
