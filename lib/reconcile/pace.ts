import type { Plan } from '../plan/action.ts';
import type { Performed } from './pass.ts';

const SHORTEST = 300;
const LONGEST = 5_000;
/** A worker is asked to join as long as it boots; whether its boot has failed meanwhile is for a later look to tell. */
const LONGEST_WHILE_REFUSED = 2_000;
const GROWTH = 1.5;

/** How long to wait before looking again: briefly after something was done, longer and longer while nothing changes. */
export class Pace {
  #delay = SHORTEST;

  /**
   * @returns milliseconds, or `undefined` when nothing is left that looking again within this invocation could help
   */
  next(plan: Plan, performed: readonly Performed[], now: number, remaining: number): number | undefined {
    const failed = performed.some(({ outcome }) => !outcome.ok && outcome.retry === 'backoff');
    const done = performed.some(({ outcome }) => outcome.ok);
    if (done && !failed) this.#delay = SHORTEST;
    else if (performed.length > 0 && !failed) this.#delay = Math.min(this.#delay, LONGEST_WHILE_REFUSED);
    const unfinished = plan.actions.length > 0 || plan.waiting.length > 0 || plan.askCanWait;
    const deadlines = plan.held.flatMap(({ until }) => (until === undefined ? [] : [until - now]));
    const soonest = deadlines.length === 0 ? undefined : Math.max(0, Math.min(...deadlines));
    if (!unfinished && (soonest === undefined || soonest > remaining)) return undefined;
    const delay = this.#delay;
    this.#delay = Math.min(LONGEST, delay * GROWTH);
    return unfinished || soonest === undefined ? delay : Math.min(Math.max(soonest, SHORTEST), LONGEST);
  }
}
