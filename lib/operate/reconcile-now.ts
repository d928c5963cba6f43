import { logDecision, type Operator } from './operator.ts';
import { wake } from './proposal.ts';

/**
 * Has the reconciler look now. It is counted in any case: one that is at work looks once more before it ends.
 * @returns false: it could not be invoked, and looks by itself within a minute
 */
export async function reconcileNow(operator: Operator): Promise<boolean> {
  await logDecision(operator, {
    kind: 'woken',
    name: 'reconcile',
    subject: operator.cluster,
    reason: 'asked to look now',
  });
  return wake(operator);
}
