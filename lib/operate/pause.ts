import type { Pause } from '../plan/records.ts';
import { OperateError } from './errors.ts';
import { logDecision, type Operator } from './operator.ts';
import { wake } from './proposal.ts';
import { memoryOf } from './situation.ts';

/**
 * Has the controller look on and do nothing until it is resumed. What is under way ends with the action it is at; the
 * newest decision of a person is in force.
 */
export async function pauseController(operator: Operator, reason: string): Promise<Pause> {
  const { store, clock, by, cluster } = operator;
  await memoryOf(operator);
  const pause: Pause = { by, reason, at: clock.now() };
  await store.decidePause(pause);
  await logDecision(operator, { name: 'pause', subject: cluster, reason });
  await wake(operator);
  return pause;
}

/** For whoever commands something meanwhile. */
export function pausedWords({ by, reason }: Pause): string {
  return `the controller is paused, by ${by}: ${reason}; nothing is done until \`everswarm resume\``;
}

/** @returns the pause that is over @throws OperateError `NotPaused` */
export async function resumeController(operator: Operator): Promise<Pause> {
  const { records } = await memoryOf(operator);
  const { pause } = records;
  if (pause === undefined) {
    const found = `the controller of ${operator.cluster} is not paused`;
    throw new OperateError('NotPaused', found, 'See `everswarm status` for what it does.');
  }
  await operator.store.decidePause(undefined);
  const reason = `it was paused by ${pause.by}: ${pause.reason}`;
  await logDecision(operator, { name: 'resume', subject: operator.cluster, reason });
  await wake(operator);
  return pause;
}
