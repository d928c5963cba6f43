import type { Action, Plan } from '../../lib/plan/action.ts';
import { plan } from '../../lib/plan/plan.ts';
import { lanesOf } from '../../lib/reconcile/lanes.ts';
import { planInput } from './cluster.ts';
import { perform } from './cluster-effects.ts';
import { type ClusterModel, look, pass } from './cluster-model.ts';

/** What becomes of an action: nothing, and nothing of what follows in its lane; or all of it, but nobody hears of it. */
export type Fate = 'done' | 'fails' | 'unheard';

export interface LoopOptions {
  /** Fate of the n-th action, from 0. */
  fate?(index: number): Fate;
  /** Called after every step, with what was just done. */
  check?(model: ClusterModel, done: readonly Action[]): void;
  /** So many steps before it counts as never ending. */
  readonly steps?: number;
}

export interface Story {
  /** Everything that was done, in order. */
  readonly actions: readonly Action[];
  /** The last plan: with nothing left to do, hold or wait for, unless time was over. */
  readonly last: Plan;
  readonly steps: number;
}

/** So many steps with nothing to do are the end: what is due by the time alone comes with the next minute's pass. */
const QUIET = 13;

/** Plans and acts, step by step, until there is nothing left to do or to wait for. */
export function converge(model: ClusterModel, { fate, check, steps = 600 }: LoopOptions = {}): Story {
  const actions: Action[] = [];
  let index = 0;
  let quiet = 0;
  for (let step = 0; ; step += 1) {
    rememberVersion(model);
    const decided = decide(model);
    const idle = decided.actions.length === 0 && decided.held.length === 0 && decided.waiting.length === 0;
    quiet = idle ? quiet + 1 : 0;
    if (quiet > QUIET || step === steps) return { actions, last: decided, steps: step };
    const done: Action[] = [];
    for (const lane of lanesOf(decided.actions)) {
      for (const action of lane) {
        const outcome = fate?.(index) ?? 'done';
        index += 1;
        if (outcome === 'fails') break;
        perform(model, action, outcome === 'done');
        done.push(action);
        if (outcome === 'unheard') break;
      }
    }
    actions.push(...done);
    check?.(model, done);
    pass(model);
    check?.(model, []);
  }
}

/** As a pass does: the managers are asked, then whoever else the plan wants to know of. */
function decide(model: ClusterModel): Plan {
  look(model, []);
  const first = plan(planInput(model.cluster));
  if (first.ask.length === 0) return first;
  look(model, first.ask);
  return plan(planInput(model.cluster));
}

/** What is in force is kept, and the last good version of a halted group is at hand, as the store has it. */
function rememberVersion({ cluster, history }: ClusterModel): void {
  history.set(cluster.committed.version, cluster.committed);
  cluster.former.clear();
  for (const { group, good, halt } of cluster.records.rollouts.values()) {
    const former = halt === undefined ? undefined : history.get(good?.version ?? 0);
    const [spec, image] = [former?.spec.groups[group], former?.images[group]];
    if (former !== undefined && spec !== undefined && image !== undefined)
      cluster.former.set(group, { version: former.version, spec, image });
  }
}
