import { isThrottle, isTransient } from '../aws/errors.ts';
import { readInstances } from '../observe/instances.ts';
import { readInterfaces } from '../observe/interfaces.ts';
import type { InstanceSeen } from '../observe/observation.ts';
import { ObservationError } from '../observe/observation-error.ts';
import { readVolumes } from '../observe/volumes.ts';
import { petSlot } from '../plan/world.ts';
import type { CommittedSpec } from '../spec/spec.ts';
import type { Dropped } from './dropped.ts';
import { DeploymentError } from './errors.ts';
import { heldBack, isSince } from './held-back.ts';
import { lateLaunches } from './late-launches.ts';
import type { DeploymentTools, TimeLimit } from './tools.ts';

const FIRST_PAUSE = 1_000;
const LONGEST_PAUSE = 5_000;

/**
 * Waits until nothing of what was dropped is in use: CloudFormation deletes interfaces, addresses, disks and roles right
 * after the answer, and doesn't ask whether a machine holds them. The reconciler takes the machines out, one at a time.
 *
 * Counted only from the first pass that knew the new spec: one that began with the old might still launch.
 * @throws DeploymentError `StillThere` with what is there and what holds it back, when the time is up
 */
export async function awaitGone(
  dropped: Dropped,
  committed: CommittedSpec,
  tools: DeploymentTools,
  limit: TimeLimit,
): Promise<void> {
  const { store, clock, cluster } = tools;
  let pause = FIRST_PAUSE;
  let left: readonly string[] | undefined;
  for (;;) {
    limit.signal.throwIfAborted();
    const status = await store.status();
    if (isSince(status, committed)) {
      left = await inUse(dropped, committed, tools);
      if (left?.length === 0) return;
    }
    if (clock.monotonic() + pause > limit.giveUpAt) {
      const found = left === undefined ? 'what is left could not be found out' : `still in use: ${left.join(', ')}`;
      const why = await heldBack(status, committed, store);
      throw new DeploymentError(
        'StillThere',
        `cluster "${cluster}": what is declared no longer did not go in time; ${found}; ${why}. Nothing of it was deleted. See to what holds it back, and deploy again`,
      );
    }
    await clock.sleep(pause, limit.signal);
    pause = Math.min(LONGEST_PAUSE, pause * 1.25);
  }
}

/** Names what is left; `undefined`: could not find out, which is not "gone". */
async function inUse(
  dropped: Dropped,
  committed: CommittedSpec,
  tools: DeploymentTools,
): Promise<readonly string[] | undefined> {
  const { ec2, cluster, store, clock } = tools;
  try {
    const [instances, interfaces, volumes, { records }] = await Promise.all([
      readInstances(ec2, cluster),
      readInterfaces(ec2, cluster),
      readVolumes(ec2, cluster),
      store.memory(),
    ]);
    const isDropped = ({ logicalId, group }: Pick<InstanceSeen, 'logicalId' | 'group'>): boolean =>
      logicalId === undefined ? dropped.groups.has(group ?? '') : dropped.logicalIds.has(logicalId);
    const listed = new Set(instances.map(({ id }) => id));
    const held = [...interfaces, ...volumes].filter(
      ({ logicalId, attachedTo }) => logicalId !== undefined && dropped.logicalIds.has(logicalId) && attachedTo,
    );
    const launched = [...records.launches.values()].filter(
      ({ slot, group }) => dropped.groups.has(group) || [...dropped.logicalIds].some((id) => slot === petSlot(id)),
    );
    return [
      ...instances
        .filter((one) => one.state !== 'terminated' && isDropped(one))
        .map(({ id, state, logicalId, group }) => `${id} of ${logicalId ?? group} (${state})`),
      ...held.map(({ id, attachedTo }) => `${id} (attached to ${attachedTo})`),
      ...lateLaunches(launched, { listed, sentUntil: committed.committedAt, now: clock.now() }).map(
        ({ slot }) => `the last launch of ${slot}`,
      ),
    ];
  } catch (error) {
    const cause = error instanceof ObservationError ? error.cause : error;
    if (isThrottle(cause) || isTransient(cause)) return undefined;
    throw error;
  }
}
