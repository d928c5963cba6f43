import type { Pause } from '../plan/records.ts';
import { OperateError } from './errors.ts';
import { logDecision, type Operator } from './operator.ts';
import { wake } from './proposal.ts';

/** Has the controller observe only, until somebody resumes it. One that is paused already is paused for the newer reason. */
export async function pauseController(operator: Operator, reason: string): Promise<Pause> {
  const { store, clock, by, cluster } = operator;
  const pause = { by, reason, at: clock.now() };
  await store.decidePause(pause);
  await logDecision(operator, { name: 'pause', subject: cluster, reason });
  await wake(operator);
  return pause;
}

/** Has it act again. @returns the pause that was ended @throws OperateError `NotPaused` */
export async function resumeController(operator: Operator): Promise<Pause> {
  const { store, cluster } = operator;
  const { pause } = (await store.memory()).records;
  if (pause === undefined) {
    throw new OperateError(
      'NotPaused',
      `the controller of cluster "${cluster}" is not paused`,
      'There is nothing to resume.',
    );
  }
  await store.decidePause(undefined);
  const reason = `it was paused by ${pause.by}: ${pause.reason}`;
  await logDecision(operator, { name: 'resume', subject: cluster, reason });
  await wake(operator);
  return pause;
}
