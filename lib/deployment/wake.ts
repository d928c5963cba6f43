import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import { errorCode, errorMessage, isAwsError } from '../aws/errors.ts';
import type { Clock } from '../clock.ts';
import type { Store } from '../store/store.ts';

export interface WakeTools {
  readonly cluster: string;
  readonly store: Store;
  readonly lambda: LambdaClient;
  /** Name or ARN of the function that reconciles. */
  readonly reconcileFunction: string;
  readonly clock: Clock;
}

/**
 * Wakes the reconciler. The counter first: should the invocation fail, the next one on the schedule knows that it was wanted.
 * @param source who wakes it, e.g. `everswarm.deployment`; for the log only
 * @returns false: it could not be invoked, and the schedule wakes it within a minute
 */
export async function wakeReconciler(
  { store, lambda, reconcileFunction, clock, cluster }: WakeTools,
  source: string,
): Promise<boolean> {
  await store.wake();
  try {
    await lambda.send(
      new InvokeCommand({
        FunctionName: reconcileFunction,
        InvocationType: 'Event',
        Payload: Buffer.from(JSON.stringify({ source })),
      }),
    );
    return true;
  } catch (error) {
    if (!isAwsError(error)) throw error;
    const reason = `${errorCode(error)}: ${errorMessage(error)}; the schedule wakes the reconciler within a minute`;
    await store.log([
      { at: clock.now(), kind: 'error', name: 'invoke-reconcile', subject: cluster, reason, fence: undefined },
    ]);
    return false;
  }
}

/** Asks Lambda whether the reconciler could be invoked, and invokes nothing. @throws AWS's errors */
export async function mayInvoke(lambda: LambdaClient, reconcileFunction: string): Promise<void> {
  await lambda.send(new InvokeCommand({ FunctionName: reconcileFunction, InvocationType: 'DryRun' }));
}
