import { createHash } from 'node:crypto';
import { CreateVolumeCommand, type CreateVolumeCommandInput } from '@aws-sdk/client-ec2';
import { errorMessage, isTokenMismatch } from '../aws/errors.ts';
import { TAG } from '../names.ts';
import type { Action } from '../plan/action.ts';
import type { VolumeSpec } from '../spec/spec.ts';
import type { ActContext } from './context.ts';
import { type ActionOutcome, done, failed } from './outcome.ts';
import { provisionedIops } from './provisioned-iops.ts';
import { volumeById } from './volumes.ts';

type CreateVolume = Extract<Action, { kind: 'createVolume' }>;

/** States from which a volume does not come back. */
const LOST: ReadonlySet<string> = new Set(['deleted', 'deleting', 'error']);

/**
 * Makes a new state volume for a logical ID. That the former one is lost is asked for once more, by its id: a listing that
 * lacks it is no proof (its tag may have been taken away). Sent twice under one token, EC2 answers with the same volume.
 */
export async function createVolume(action: CreateVolume, context: ActContext): Promise<ActionOutcome> {
  const { spec, deployment } = context.committed;
  const group = Object.hasOwn(spec.groups, action.group) ? spec.groups[action.group] : undefined;
  const declared = group?.allocation.kind === 'logicalIds' && group.allocation.logicalIds.includes(action.logicalId);
  if (group === undefined || !declared) {
    const message = `group "${action.group}" does not declare ${action.logicalId}; plan again`;
    return failed('NotDeclared', message, 'backoff');
  }
  if (action.lostVolumeId !== undefined) {
    const state = await stateOf(action.lostVolumeId, context);
    if (!LOST.has(state)) {
      const message = `${action.lostVolumeId} is not lost: EC2 says it is ${state}. Give it back its tags ${TAG.cluster}=${spec.cluster} and ${TAG.logicalId}=${action.logicalId}, or delete it`;
      return failed('VolumeNotLost', message, 'backoff');
    }
  }
  try {
    const { VolumeId } = await context.ec2.send(
      new CreateVolumeCommand({
        ...createVolumeInput(spec.cluster, group.volume, action),
        ...(deployment.volumeKeyArn !== undefined && { KmsKeyId: deployment.volumeKeyArn }),
      }),
    );
    return done(`${VolumeId ?? 'a volume'} for ${action.logicalId} in ${action.zone}`);
  } catch (error) {
    if (!isTokenMismatch(error)) throw error;
    // Made already, before the declaration was changed: it is listed soon, as it is.
    return failed('VolumeMade', `${errorMessage(error)}; the volume made under this token is taken`, 'soon');
  }
}

/** A volume's state; `deleted` for one that EC2 says does not exist. @throws AWS's error, whatever else it is */
async function stateOf(volumeId: string, context: ActContext): Promise<string> {
  const answer = await volumeById(volumeId, context);
  return answer.kind === 'absent' ? 'deleted' : (answer.volume.State ?? 'in a state unknown');
}

function createVolumeInput(cluster: string, volume: VolumeSpec, action: CreateVolume): CreateVolumeCommandInput {
  return {
    ClientToken: createHash('sha256')
      .update(JSON.stringify(['volume', cluster, action.logicalId, action.token]))
      .digest('hex'),
    AvailabilityZone: action.zone,
    Size: volume.sizeGiB,
    VolumeType: volume.type,
    ...provisionedIops(volume),
    Encrypted: true,
    TagSpecifications: [
      {
        ResourceType: 'volume',
        Tags: Object.entries({
          [TAG.cluster]: cluster,
          [TAG.group]: action.group,
          [TAG.logicalId]: action.logicalId,
          [TAG.madeBy]: 'controller',
          // As the one that `cdk deploy` made.
          Name: `${action.group}-${action.logicalId}`,
        }).map(([Key, Value]) => ({ Key, Value })),
      },
    ],
  };
}
