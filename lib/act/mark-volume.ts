import { CreateTagsCommand, DeleteTagsCommand } from '@aws-sdk/client-ec2';
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
  const { volumeId, mark } = action;
  const found = await presentMark(action, context);
  if ('ok' in found) return found;
  const { present } = found;
  if (present !== undefined && (present === mark || mark === 'retired')) {
    return done(`${volumeId} is marked ${present} already`);
  }
  await context.ec2.send(new CreateTagsCommand({ Resources: [volumeId], Tags: [{ Key: TAG.mark, Value: mark }] }));
  return done(`${volumeId} is marked ${mark}`);
}

/**
 * Takes the mark `retired` off, and no other: EC2 compares the value, too, and the role allows it of no disk that is marked
 * otherwise.
 */
export async function unmarkVolume(
  action: Extract<Action, { kind: 'unmarkVolume' }>,
  context: ActContext,
): Promise<ActionOutcome> {
  const { volumeId } = action;
  const found = await presentMark(action, context);
  if ('ok' in found) return found;
  const { present } = found;
  if (present !== 'retired')
    return done(`${volumeId} is ${present === undefined ? 'not marked' : `marked ${present}`}`);
  const Tags = [{ Key: TAG.mark, Value: present }];
  await context.ec2.send(new DeleteTagsCommand({ Resources: [volumeId], Tags }));
  return done(`${volumeId} is marked ${present} no more`);
}

/** How the logical ID's own volume is marked; or what becomes of the action where it is not there, or not its own. */
async function presentMark(
  { volumeId, logicalId }: { readonly volumeId: string; readonly logicalId: string },
  context: ActContext,
): Promise<{ readonly present: string | undefined } | ActionOutcome> {
  const { cluster } = context.committed.spec;
  const answer = await volumeById(volumeId, context);
  if (answer.kind === 'absent') return done(`${volumeId} is gone`);
  const { Tags } = answer.volume;
  if (tagOf(Tags, TAG.cluster) === cluster && tagOf(Tags, TAG.logicalId) === logicalId) {
    return { present: tagOf(Tags, TAG.mark) };
  }
  const message = `${volumeId} without the tags ${TAG.cluster}=${cluster} and ${TAG.logicalId}=${logicalId}; its mark was not touched`;
  return failed('ForeignVolume', message, 'backoff');
}
