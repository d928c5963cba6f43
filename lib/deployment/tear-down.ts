import { DeleteParametersCommand } from '@aws-sdk/client-ssm';
import { isThrottle, isTransient } from '../aws/errors.ts';
import { SWARM_ROLES, tokenParameterName } from '../names.ts';
import type { LaunchRecord } from '../plan/records.ts';
import { type Lease, LeaseLostError } from '../store/store.ts';
import { adoptedBy } from './adopt.ts';
import { DeploymentError } from './errors.ts';
import { type ClusterInstance, clusterInstances, living, terminate } from './instances.ts';
import { keptVolumes } from './kept-volumes.ts';
import { lateLaunches } from './late-launches.ts';
import { awaitLease, giveBack } from './lease.ts';
import type { DeploymentTools, TimeLimit } from './tools.ts';

const LOOK_EVERY = 3_000;
/** One look is none: EC2 is eventually consistent. */
const QUIET_LOOKS = 2;

/**
 * Takes the cluster's machines away, which CloudFormation does not know of; volumes and addresses are its own business.
 * Under the lease, so that no reconciler launches meanwhile; the mode `removing` keeps the next one from it. What was
 * launched just before is waited for, by its record: an empty list of EC2 says nothing about it.
 * Safe to repeat at any point, and on a cluster that never came to be.
 *
 * @returns the volumes with state that no stack deletes: nobody else knows of them
 * @throws DeploymentError when the time is up; AWS's own errors when it refuses
 */
export async function tearDown(tools: DeploymentTools, limit: TimeLimit): Promise<readonly string[]> {
  for (;;) {
    const lease = await awaitLease(tools, limit);
    try {
      const kept = await removeUnder(lease, tools, limit);
      await giveBack(tools.store, lease);
      return kept;
    } catch (error) {
      // It ran out while this function was held up: begin again, all of it can be repeated.
      if (!(error instanceof LeaseLostError)) throw error;
    }
  }
}

async function removeUnder(lease: Lease, tools: DeploymentTools, limit: TimeLimit): Promise<readonly string[]> {
  const { store, clock, cluster } = tools;
  await store.setMode(lease, 'removing');
  const at = clock.now();
  const reason = 'CloudFormation removes the cluster';
  await store.log([{ at, kind: 'action', name: 'tear-down', subject: cluster, reason, fence: lease.fence }]);

  const { records } = await store.memory();
  const seen = new Set<string>();
  let quiet = 0;
  for (;;) {
    limit.signal.throwIfAborted();
    await store.renew(lease);
    const instances = await look(tools);
    for (const { id } of instances ?? []) seen.add(id);
    const late = lateLaunches(records.launches.values(), { listed: seen, sentUntil: at, now: clock.now() });
    quiet = instances !== undefined && living(instances).length === 0 && late.length === 0 ? quiet + 1 : 0;
    if (quiet === QUIET_LOOKS) break;
    if (instances !== undefined) await terminate(tools.ec2, living(instances));
    if (clock.monotonic() + LOOK_EVERY > limit.giveUpAt) throw stillThere(cluster, instances, late);
    await clock.sleep(LOOK_EVERY, limit.signal);
  }
  await tools.ssm.send(
    new DeleteParametersCommand({ Names: SWARM_ROLES.map((role) => tokenParameterName(cluster, role)) }),
  );
  return await nameKept(lease, tools);
}

/** `undefined`: could not find out, which is not "gone". */
async function look({ ec2, cluster }: DeploymentTools): Promise<readonly ClusterInstance[] | undefined> {
  try {
    return await clusterInstances(ec2, cluster);
  } catch (error) {
    if (isThrottle(error) || isTransient(error)) return undefined;
    throw error;
  }
}

async function nameKept(lease: Lease, { store, ec2, clock, cluster }: DeploymentTools): Promise<readonly string[]> {
  const { committed } = await store.memory();
  const kept = await keptVolumes(ec2, cluster, committed === undefined ? {} : adoptedBy(committed));
  if (kept.length > 0) {
    const at = clock.now();
    const reason = `volumes that the stack did not make are kept: ${kept.join(', ')}`;
    await store.log([{ at, kind: 'action', name: 'keep-volumes', subject: cluster, reason, fence: lease.fence }]);
  }
  return kept;
}

function stillThere(
  cluster: string,
  instances: readonly ClusterInstance[] | undefined,
  late: readonly LaunchRecord[],
): DeploymentError {
  const left = [
    ...living(instances ?? []).map(({ id, state }) => `${id} (${state})`),
    ...late.map(({ slot }) => `the last launch of ${slot}, which EC2 does not list yet`),
  ];
  const found =
    instances === undefined
      ? 'EC2 did not answer until the time was up'
      : `still there when the time was up: ${left.join(', ') || 'nothing, but looked at once only'}`;
  return new DeploymentError(
    'InstancesLeft',
    `cluster "${cluster}": ${found}. Remove the stack again: it goes on from here`,
  );
}
