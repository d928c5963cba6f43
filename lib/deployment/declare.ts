import { isDeepStrictEqual } from 'node:util';
import { InvokeCommand } from '@aws-sdk/client-lambda';
import { errorCode, errorMessage, isAwsError } from '../aws/errors.ts';
import type { CommittedSpec } from '../spec/spec.ts';
import { SpecConflictError } from '../store/store.ts';
import { DeploymentError } from './errors.ts';
import { pinImages } from './images.ts';
import { awaitLease, giveBack } from './lease.ts';
import type { Declared } from './request.ts';
import type { DeploymentTools, TimeLimit } from './tools.ts';
import { refuseToUproot } from './uprooted.ts';

const COMMIT_ATTEMPTS = 5;

export interface Declaration {
  readonly committed: CommittedSpec;
  /** False: what was declared is in force already. */
  readonly changed: boolean;
}

/**
 * Puts the declared cluster in force and wakes the reconciler. What is in force already is left as it is.
 * @throws DeploymentError; before anything was stored when the declaration itself is refused
 */
export async function declare(declared: Declared, tools: DeploymentTools, limit: TimeLimit): Promise<Declaration> {
  const declaration = await commit(declared, tools);
  const reactivated = await reactivate(tools, limit);
  if (declaration.changed || reactivated) await wakeReconciler(tools);
  return declaration;
}

async function commit(declared: Declared, tools: DeploymentTools): Promise<Declaration> {
  const { store, clock, cluster } = tools;
  for (let attempt = 0; attempt < COMMIT_ATTEMPTS; attempt++) {
    const { committed: before, records } = await store.memory();
    if (before !== undefined) refuseToUproot(before, declared, records.launches);
    const wanted = { ...declared, images: await pinImages(declared.spec, before, tools) };
    if (before !== undefined && isDeepStrictEqual(wanted, essence(before)))
      return { committed: before, changed: false };
    const next = { ...wanted, committedAt: clock.now(), committedBy: 'cloudformation' };
    try {
      const committed = await store.commit(before?.version ?? 0, next);
      const reason = `version ${committed.version} committed by cloudformation`;
      await store.log([
        { at: next.committedAt, kind: 'spec', name: 'commit', subject: cluster, reason, fence: undefined },
      ]);
      return { committed, changed: true };
    } catch (error) {
      // Somebody committed in between: the pins to keep are those of the newest version now.
      if (!(error instanceof SpecConflictError)) throw error;
    }
  }
  const found = `others committed to cluster "${cluster}" ${COMMIT_ATTEMPTS} times meanwhile`;
  throw new DeploymentError('SpecContested', `${found}; nothing was stored. Deploy again when they are done`);
}

function essence({ spec, deployment, images }: CommittedSpec) {
  return { spec, deployment, images };
}

/** A cluster whose removal was begun and then given up is repaired again. */
async function reactivate(tools: DeploymentTools, limit: TimeLimit): Promise<boolean> {
  const { store } = tools;
  if ((await store.memory()).records.mode === 'active') return false;
  const lease = await awaitLease(tools, limit);
  await store.setMode(lease, 'active');
  await giveBack(store, lease);
  return true;
}

/** The counter first: should the invocation fail, the next one on the schedule knows that it was wanted. */
export async function wakeReconciler({
  store,
  lambda,
  reconcileFunction,
  clock,
  cluster,
}: DeploymentTools): Promise<void> {
  await store.wake();
  try {
    await lambda.send(
      new InvokeCommand({
        FunctionName: reconcileFunction,
        InvocationType: 'Event',
        Payload: Buffer.from(JSON.stringify({ source: 'everswarm.deployment' })),
      }),
    );
  } catch (error) {
    if (!isAwsError(error)) throw error;
    const reason = `${errorCode(error)}: ${errorMessage(error)}; the schedule wakes the reconciler within a minute`;
    await store.log([
      { at: clock.now(), kind: 'error', name: 'invoke-reconcile', subject: cluster, reason, fence: undefined },
    ]);
  }
}
