import type { Action, Held, Plan, Waiting } from './action.ts';

/** So many machines that wait for the same are named one by one; more are not. */
const NAMED = 10;

/** A plan being written. Each part of the planner adds to it; the order is the order of execution. */
export class Draft {
  readonly #actions: Action[] = [];
  readonly #held: Held[] = [];
  readonly #waiting: Waiting[] = [];
  #hurry = false;
  readonly #ask = new Set<string>();

  act(action: Action): void {
    this.#actions.push(action);
  }

  hold(rule: string, subject: string, reason: string, until?: number): void {
    this.#held.push({ rule, subject, reason, until });
  }

  wait(what: string, subject: string): void {
    this.#waiting.push({ what, subject });
  }

  /** Something short is under way that must be acted on at once when it is over. */
  hurry(): void {
    this.#hurry = true;
  }

  ask(instanceId: string): void {
    this.#ask.add(instanceId);
  }

  /** Nothing is to be done so far, nothing is waited for, and nobody has to be asked. */
  get isIdle(): boolean {
    return this.#actions.length === 0 && this.#waiting.length === 0 && this.#ask.size === 0;
  }

  isHeld(rule: string): boolean {
    return this.#held.some((held) => held.rule === rule);
  }

  get actions(): readonly Action[] {
    return this.#actions;
  }

  plan(): Plan {
    return {
      actions: this.#actions,
      held: this.#held,
      waiting: summed(this.#waiting),
      ask: [...this.#ask].sort(),
      askCanWait: this.#hurry,
    };
  }
}

/** A thousand machines that boot are one line. Their number is not in it: it would be another line in every pass. */
function summed(waiting: readonly Waiting[]): readonly Waiting[] {
  const counts = new Map<string, number>();
  for (const { what } of waiting) counts.set(what, (counts.get(what) ?? 0) + 1);
  const many = [...counts].filter(([, count]) => count > NAMED).map(([what]) => ({ what, subject: 'many machines' }));
  return [...waiting.filter(({ what }) => (counts.get(what) ?? 0) <= NAMED), ...many];
}
