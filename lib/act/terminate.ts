import { DescribeInstancesCommand, type Instance, TerminateInstancesCommand } from '@aws-sdk/client-ec2';
import { TAG } from '../names.ts';
import { tagOf } from '../observe/narrow.ts';
import type { Action } from '../plan/action.ts';
import type { ActContext } from './context.ts';
import { type ActionOutcome, done, failed, outdated } from './outcome.ts';

/** States in which there is nothing left to terminate. */
const LEAVING: ReadonlySet<string> = new Set(['shutting-down', 'terminated']);

/**
 * Terminates instances after looking at each once more: what lacks the cluster's tag is never touched (Safety 6), and one
 * such among them refuses them all, since then the plan was made from something that is not true.
 */
export async function terminate(
  action: Extract<Action, { kind: 'terminate' }>,
  context: ActContext,
): Promise<ActionOutcome> {
  const { cluster } = context.committed.spec;
  const instances = await describe(action.instanceIds, context);
  const foreign = instances.filter(({ Tags }) => tagOf(Tags, TAG.cluster) !== cluster);
  if (foreign.length > 0) {
    const ids = foreign.map(({ InstanceId }) => InstanceId).join(', ');
    const message = `${ids} without the tag ${TAG.cluster}=${cluster}; nothing was terminated`;
    return failed('ForeignInstance', message, 'backoff');
  }
  const ids = instances
    .filter(({ State }) => !LEAVING.has(State?.Name ?? ''))
    .flatMap(({ InstanceId }) => InstanceId ?? []);
  if (ids.length === 0) return done('gone already');
  if (!context.isCurrent()) return outdated();
  await context.ec2.send(new TerminateInstancesCommand({ InstanceIds: ids }));
  return done(ids.join(', '));
}

/** By filter and not by id: one id that EC2 no longer lists would refuse the whole call. */
async function describe(instanceIds: readonly string[], { ec2 }: ActContext): Promise<Instance[]> {
  const instances: Instance[] = [];
  let token: string | undefined;
  do {
    const page = await ec2.send(
      new DescribeInstancesCommand({
        Filters: [{ Name: 'instance-id', Values: [...instanceIds] }],
        NextToken: token,
      }),
    );
    for (const reservation of page.Reservations ?? []) instances.push(...(reservation.Instances ?? []));
    token = page.NextToken;
  } while (token !== undefined && token !== '');
  return instances;
}
