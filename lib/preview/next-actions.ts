import { few } from '../few.ts';
import type { Action } from '../plan/action.ts';
import { subjectOf } from '../reconcile/lanes.ts';
import type { NextAction } from './change-preview.ts';

/** What the controller only writes down: nothing happens to a machine. */
const BOOKKEEPING: ReadonlySet<Action['kind']> = new Set<Action['kind']>([
  'confirmLaunch',
  'recordGenesis',
  'settleRollout',
  'absolve',
  'closeRecovery',
]);

export function isBookkeeping({ kind }: Action): boolean {
  return BOOKKEEPING.has(kind);
}

/** The plan's actions for people: alike ones in one line, what is only written down left out. */
export function nextActions(actions: readonly Action[]): readonly NextAction[] {
  const alike = new Map<
    string,
    { readonly what: Action['kind']; readonly reason: string; readonly subjects: string[] }
  >();
  for (const action of actions) {
    if (isBookkeeping(action)) continue;
    const key = `${action.kind} ${action.reason}`;
    const known = alike.get(key);
    if (known === undefined)
      alike.set(key, { what: action.kind, reason: action.reason, subjects: [subjectOf(action)] });
    else known.subjects.push(subjectOf(action));
  }
  return [...alike.values()].map(({ what, reason, subjects }) => ({ what, subject: few(subjects), reason }));
}
