import { isDeepStrictEqual } from 'node:util';
import type { ClusterSpec, CommittedSpec } from '../spec/spec.ts';
import { SpecConflictError } from '../store/store.ts';
import { refuseOtherAdoption, refuseWrongVolumes } from './adopt.ts';
import { type Dropped, droppedFrom } from './dropped.ts';
import { DeploymentError } from './errors.ts';
import { pinImages } from './images.ts';
import { awaitLease, giveBack } from './lease.ts';
import type { Declared } from './request.ts';
import type { DeploymentTools, TimeLimit } from './tools.ts';
import { refuseToUproot } from './uprooted.ts';
import { wakeReconciler } from './wake.ts';

const COMMIT_ATTEMPTS = 5;

export interface Declaration {
  readonly committed: CommittedSpec;
  /** False: what was declared is in force already. */
  readonly changed: boolean;
  /** What was declared before and is not any more. */
  readonly dropped: Dropped;
}

/**
 * Puts the declared cluster in force and wakes the reconciler. What is in force already is left as it is.
 * @param former what CloudFormation had declared before, as far as it says so
 * @throws DeploymentError; before anything was stored when the declaration itself is refused
 */
export async function declare(
  declared: Declared,
  former: ClusterSpec | undefined,
  tools: DeploymentTools,
  limit: TimeLimit,
): Promise<Declaration> {
  const declaration = await commit(declared, former, tools);
  const reactivated = await reactivate(tools, limit);
  if (declaration.changed || reactivated) await wakeReconciler(tools, 'everswarm.deployment');
  return declaration;
}

async function commit(
  declared: Declared,
  former: ClusterSpec | undefined,
  tools: DeploymentTools,
): Promise<Declaration> {
  const { store, clock, cluster } = tools;
  for (let attempt = 0; attempt < COMMIT_ATTEMPTS; attempt++) {
    const { committed: before, records } = await store.memory();
    if (before === undefined) await refuseWrongVolumes(declared, tools);
    else {
      refuseToUproot(before, declared, records.launches);
      refuseOtherAdoption(before, declared);
    }
    const known = [former, before?.spec].filter((spec) => spec !== undefined);
    const dropped = droppedFrom(known, declared.spec, records.launches);
    const wanted = { ...declared, images: await pinImages(declared.spec, before, tools) };
    if (before !== undefined && isDeepStrictEqual(wanted, essence(before)))
      return { committed: before, changed: false, dropped };
    const next = { ...wanted, committedAt: clock.now(), committedBy: 'cloudformation' };
    try {
      const committed = await store.commit(before?.version ?? 0, next);
      const reason = `version ${committed.version} committed by cloudformation`;
      await store.log([
        { at: next.committedAt, kind: 'spec', name: 'commit', subject: cluster, reason, fence: undefined },
      ]);
      return { committed, changed: true, dropped };
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
