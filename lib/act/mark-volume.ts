import { CreateTagsCommand } from '@aws-sdk/client-ec2';
import { TAG } from '../names.ts';
import { tagOf } from '../observe/narrow.ts';
import type { Action } from '../plan/action.ts';
import type { ActContext } from './context.ts';
import { type ActionOutcome, done, failed } from './outcome.ts';
import { volumeById } from './volumes.ts';

/**
 * Writes on a volume that it is nobody's any more. Looked at once more before: what is not the cluster's and the logical ID's
 * own is never touched (Safety 6). What must never come back stays so, whatever else it would be marked as.
 */
export async function markVolume(
  action: Extract<Action, { kind: 'markVolume' }>,
  context: ActContext,
): Promise<ActionOutcome> {
  const { volumeId, logicalId, mark } = action;
  const { cluster } = context.committed.spec;
  const answer = await volumeById(volumeId, context);
  if (answer.kind === 'absent') return done(`${volumeId} is gone`);
  const { Tags } = answer.volume;
  if (tagOf(Tags, TAG.cluster) !== cluster || tagOf(Tags, TAG.logicalId) !== logicalId) {
    const message = `${volumeId} without the tags ${TAG.cluster}=${cluster} and ${TAG.logicalId}=${logicalId}; it was not marked`;
    return failed('ForeignVolume', message, 'backoff');
  }
  const present = tagOf(Tags, TAG.mark);
  if (present !== undefined && (present === mark || mark === 'retired')) {
    return done(`${volumeId} is marked ${present} already`);
  }
  await context.ec2.send(new CreateTagsCommand({ Resources: [volumeId], Tags: [{ Key: TAG.mark, Value: mark }] }));
  return done(`${volumeId} is marked ${mark}`);
}
