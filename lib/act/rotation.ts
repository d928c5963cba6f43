import type { Action } from '../plan/action.ts';
import type { ActContext } from './context.ts';
import type { ActionOutcome } from './outcome.ts';
import { runScriptOn } from './script.ts';

/**
 * Has a manager replace the join tokens and publish the new ones, which stay between it and Parameter Store. Remembered
 * only when both is done: else it is done again, and the tokens of the first time are as void as those before.
 */
export async function rotateTokens(
  action: Extract<Action, { kind: 'rotateTokens' }>,
  context: ActContext,
): Promise<ActionOutcome> {
  const outcome = await runScriptOn('rotate-tokens', action.instanceId, {}, context);
  if (outcome.ok) await context.store.putRotation(context.lease, action.record);
  return outcome;
}
