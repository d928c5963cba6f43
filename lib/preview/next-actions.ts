import { few } from '../few.ts';
import type { Action } from '../plan/action.ts';
import { subjectOf } from '../reconcile/lanes.ts';
import { actionInWords } from './action-words.ts';
import type { NextAction } from './change-preview.ts';

/** What the controller only writes down: nothing happens to a machine. */
const BOOKKEEPING: ReadonlySet<Action['kind']> = new Set<Action['kind']>([
  'confirmLaunch',
  'recordGenesis',
  'settleRollout',
  'absolve',
  'closeRecovery',
  'closeOrder',
]);

export function isBookkeeping({ kind }: Action): boolean {
  return BOOKKEEPING.has(kind);
}

/** The plan's actions for people: alike ones in one line, what is only written down left out. */
export function nextActions(actions: readonly Action[]): readonly NextAction[] {
  const alike = new Map<string, { readonly first: Action; readonly subjects: string[] }>();
  for (const action of actions) {
    if (isBookkeeping(action)) continue;
    const key = `${actionInWords(action)} ${action.reason}`;
    const known = alike.get(key);
    if (known === undefined) alike.set(key, { first: action, subjects: [subjectInWords(action)] });
    else known.subjects.push(subjectInWords(action));
  }
  return [...alike.values()].map(({ first, subjects }) => ({
    what: first.kind,
    does: actionInWords(first),
    subject: few(subjects),
    reason: first.reason,
  }));
}

/** What an action is about, without the names of slots: `10.42.0.10`, `workers in eu-west-1a`. */
export function subjectInWords(action: Action): string {
  if (action.kind !== 'launch') return subjectOf(action);
  const { order, group } = action;
  return order.kind === 'pet' ? order.logicalId : `${group} in ${order.zone}`;
}
