import { createHash } from 'node:crypto';
import type { _InstanceType, RunInstancesCommandInput, VolumeType } from '@aws-sdk/client-ec2';
import { renderBoot } from '../flavors/boot.ts';
import { TAG } from '../names.ts';
import type { LaunchAction } from '../plan/action.ts';
import type { LaunchRequest } from '../plan/records.ts';
import { configHash } from '../spec/config-hash.ts';
import type { CommittedSpec } from '../spec/spec.ts';
import { provisionedIops } from './provisioned-iops.ts';

/** The committed spec lacks what a launch needs: it was committed for another deployment. */
export class LaunchRequestError extends Error {
  readonly code = 'IncompleteSpec';
  constructor(group: string, missing: string) {
    super(`group "${group}" has no ${missing} in the committed spec; deploy the cluster again`);
    this.name = 'LaunchRequestError';
  }
}

/**
 * Everything that a launch is made from, as plain data: it is stored before it is sent, and sent again as stored.
 * @param committed with the group as the action's version has it
 * @throws LaunchRequestError, BootScriptError
 */
export function launchRequest(committed: CommittedSpec, action: LaunchAction): LaunchRequest {
  const { spec, deployment, images } = committed;
  const group = found(spec.groups, action.group, action.group, 'declaration');
  const image = found(images, action.group, action.group, 'pinned image');
  const launchTemplate = found(deployment.launchTemplates, action.group, action.group, 'launch template');
  const tags: Record<string, string> = {
    [TAG.cluster]: spec.cluster,
    [TAG.group]: action.group,
    [TAG.generation]: String(action.generation),
    [TAG.configHash]: configHash(group, image, action.group),
  };
  const shared = {
    clientToken: clientToken(spec.cluster, launchTemplate.id, action.slot, action.generation),
    launchTemplate: { id: launchTemplate.id, version: launchTemplate.version },
    imageId: image.imageId,
    instanceType: group.instanceType,
  };
  const key = deployment.volumeKeyArn === undefined ? {} : { keyArn: deployment.volumeKeyArn };
  const { order } = action;
  switch (order.kind) {
    case 'pet':
      return {
        ...shared,
        userData: renderBoot({
          committed,
          group: action.group,
          logicalId: order.logicalId,
          volumeId: order.volumeId,
        }),
        count: 1,
        placement: { kind: 'interface', interfaceId: order.interfaceId, volumeId: order.volumeId },
        // Its state is on a volume of its own: what the image has is enough. Said all the same, as images are not encrypted.
        rootVolume: { deviceName: image.rootDeviceName, sizeGiB: undefined, type: 'gp3', ...key },
        tags: { ...tags, [TAG.logicalId]: order.logicalId, Name: `${spec.cluster}-${action.group}-${order.logicalId}` },
      };
    case 'batch':
      return {
        ...shared,
        userData: renderBoot({ committed, group: action.group }),
        count: order.count,
        placement: { kind: 'subnet', subnetId: order.subnetId },
        rootVolume: {
          deviceName: image.rootDeviceName,
          sizeGiB: group.volume.sizeGiB,
          type: group.volume.type,
          ...key,
        },
        tags: { ...tags, Name: `${spec.cluster}-${action.group}` },
      };
  }
}

/**
 * 64 hex digits, which is the most that EC2 takes (RunInstances, ClientToken). The launch template stands for the
 * deployment: one made again under the same name counts its generations anew, and must not meet its former tokens.
 */
function clientToken(cluster: string, launchTemplate: string, slot: string, generation: number): string {
  return createHash('sha256')
    .update(JSON.stringify([cluster, launchTemplate, slot, generation]))
    .digest('hex');
}

/** A pure function of the stored request: a replay has to be the same to the letter, or EC2 refuses the token. */
export function runInstancesInput(request: LaunchRequest): RunInstancesCommandInput {
  const { rootVolume } = request;
  return {
    ClientToken: request.clientToken,
    LaunchTemplate: { LaunchTemplateId: request.launchTemplate.id, Version: request.launchTemplate.version },
    ImageId: request.imageId,
    // Which types there are is EC2's to say.
    InstanceType: request.instanceType as _InstanceType,
    UserData: Buffer.from(request.userData).toString('base64'),
    // Of many, EC2 gives as many as there is capacity for; the rest is another launch.
    MinCount: request.placement.kind === 'interface' ? request.count : 1,
    MaxCount: request.count,
    ...placement(request.placement),
    ...(rootVolume !== undefined && {
      BlockDeviceMappings: [
        {
          DeviceName: rootVolume.deviceName,
          Ebs: {
            ...(rootVolume.sizeGiB !== undefined && { VolumeSize: rootVolume.sizeGiB }),
            // Never left out: a mapping without a type has been seen to get `standard`, whatever the image says
            // (saltstack/salt#30687).
            VolumeType: rootVolume.type as VolumeType,
            ...provisionedIops(rootVolume),
            // Also from an image that is not (EBS User Guide, "Encryption scenarios": launch with encryption).
            Encrypted: true,
            ...(rootVolume.keyArn !== undefined && { KmsKeyId: rootVolume.keyArn }),
            DeleteOnTermination: true,
          },
        },
      ],
    }),
    TagSpecifications: [
      {
        ResourceType: 'instance',
        Tags: Object.entries(request.tags).map(([Key, Value]) => ({ Key, Value })),
      },
    ],
  };
}

function placement(where: LaunchRequest['placement']): Partial<RunInstancesCommandInput> {
  switch (where.kind) {
    case 'interface':
      // Security groups, subnet and address come with the interface, and it stays when the instance goes.
      return {
        NetworkInterfaces: [{ NetworkInterfaceId: where.interfaceId, DeviceIndex: 0, DeleteOnTermination: false }],
      };
    case 'subnet':
      return { SubnetId: where.subnetId };
  }
}

function found<T>(values: Readonly<Record<string, T>>, name: string, group: string, missing: string): T {
  const value = Object.hasOwn(values, name) ? values[name] : undefined;
  if (value === undefined) throw new LaunchRequestError(group, missing);
  return value;
}
