import { AttachVolumeCommand, DescribeVolumesCommand, type Volume } from '@aws-sdk/client-ec2';
import { errorCode } from '../aws/errors.ts';
import { IncompleteAnswerError } from '../aws/incomplete-answer.ts';
import type { Action } from '../plan/action.ts';
import type { ActContext } from './context.ts';
import { type ActionOutcome, done } from './outcome.ts';

/**
 * Gives a pet's volume to its instance. A volume can be held by one instance only, so AWS itself fences this.
 * `IncorrectState` (the instance is not running yet) and `VolumeInUse` (the one before still has it) pass by themselves.
 */
export async function attachVolume(
  action: Extract<Action, { kind: 'attachVolume' }>,
  context: ActContext,
): Promise<ActionOutcome> {
  const { volumeId, instanceId, deviceName } = action;
  try {
    await context.ec2.send(new AttachVolumeCommand({ VolumeId: volumeId, InstanceId: instanceId, Device: deviceName }));
    return done(`${volumeId} to ${instanceId}`);
  } catch (error) {
    // An answer that was lost: it is in use, by this very instance.
    if (errorCode(error) === 'VolumeInUse' && (await isAttached(volumeId, instanceId, context))) {
      return done(`${volumeId} is attached to ${instanceId} already`);
    }
    throw error;
  }
}

async function isAttached(volumeId: string, instanceId: string, context: ActContext): Promise<boolean> {
  const answer = await volumeById(volumeId, context);
  const attachments = answer.kind === 'absent' ? [] : (answer.volume.Attachments ?? []);
  return attachments.some(
    ({ InstanceId, State }) => InstanceId === instanceId && (State === 'attaching' || State === 'attached'),
  );
}

/**
 * A volume by its id, whatever its tags say. Absent is only what EC2 says does not exist, and nothing that it leaves out.
 * @throws AWS's error, or IncompleteAnswerError
 */
export async function volumeById(
  volumeId: string,
  { ec2 }: Pick<ActContext, 'ec2'>,
): Promise<{ readonly kind: 'found'; readonly volume: Volume } | { readonly kind: 'absent' }> {
  try {
    const { Volumes } = await ec2.send(new DescribeVolumesCommand({ VolumeIds: [volumeId] }));
    const [volume] = Volumes ?? [];
    if (volume === undefined) throw new IncompleteAnswerError('DescribeVolumes', volumeId);
    return { kind: 'found', volume };
  } catch (error) {
    if (errorCode(error) !== 'InvalidVolume.NotFound') throw error;
    return { kind: 'absent' };
  }
}
