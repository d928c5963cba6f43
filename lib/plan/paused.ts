import type { Plan } from './action.ts';
import type { Pause } from './records.ts';

/**
 * A plan as far as it may go while the controller is paused: machines are asked, so that what is measured stays true, and
 * nothing is done. Nothing is waited for either: one look for each wake-up is enough, as no step follows.
 */
export function paused(plan: Plan, { by, reason, at }: Pause, cluster: string): Plan {
  const kinds = [...new Set(plan.actions.map(({ kind }) => kind))].sort();
  const left = kinds.length === 0 ? 'nothing is left undone' : `left undone: ${kinds.join(', ')}`;
  const why = `paused by ${by} at ${new Date(at).toISOString()}: ${reason}; ${left}`;
  return {
    actions: [],
    held: [
      { rule: 'paused', subject: cluster, reason: why, until: undefined },
      ...plan.held.map((one) => ({ ...one, until: undefined })),
    ],
    waiting: [],
    ask: plan.ask,
    askCanWait: false,
  };
}
