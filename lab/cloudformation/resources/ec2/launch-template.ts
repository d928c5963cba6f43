import { isDeepStrictEqual } from 'node:util';
import {
  type _InstanceType,
  CreateLaunchTemplateCommand,
  CreateLaunchTemplateVersionCommand,
  DeleteLaunchTemplateCommand,
  InstanceMetadataEndpointState,
  InstanceMetadataTagsState,
  LaunchTemplateHttpTokensState,
  ResourceType,
  VolumeType,
} from '@aws-sdk/client-ec2';
import { z } from 'zod';
import { present } from '../../errors.ts';
import { flag, integer, tags, text, texts } from '../fields.ts';
import { defineResource } from '../handler.ts';
import { retagEc2, tagSpecifications } from '../tags.ts';
import { unlessGone } from '../waiting.ts';

/** By form, not by list: the SDK's own list lacks types that are newer than it. */
const instanceType = z.custom<_InstanceType>(
  (value) => typeof value === 'string' && /^[a-z0-9-]+\.[a-z0-9-]+$/.test(value),
  'must be an instance type such as t4g.small',
);

const tagSpecification = z.strictObject({ ResourceType: z.enum(ResourceType), Tags: tags });

const launchTemplateData = z.strictObject({
  ImageId: text.optional(),
  InstanceType: instanceType.optional(),
  UserData: text.optional(),
  EbsOptimized: flag.optional(),
  IamInstanceProfile: z.strictObject({ Arn: text.optional(), Name: text.optional() }).optional(),
  SecurityGroupIds: texts.optional(),
  MetadataOptions: z
    .strictObject({
      HttpEndpoint: z.enum(InstanceMetadataEndpointState).optional(),
      HttpTokens: z.enum(LaunchTemplateHttpTokensState).optional(),
      HttpPutResponseHopLimit: integer.optional(),
      InstanceMetadataTags: z.enum(InstanceMetadataTagsState).optional(),
    })
    .optional(),
  BlockDeviceMappings: z
    .array(
      z.strictObject({
        DeviceName: text,
        Ebs: z
          .strictObject({
            DeleteOnTermination: flag.optional(),
            Encrypted: flag.optional(),
            Iops: integer.optional(),
            SnapshotId: text.optional(),
            Throughput: integer.optional(),
            VolumeSize: integer.optional(),
            VolumeType: z.enum(VolumeType).optional(),
          })
          .optional(),
      }),
    )
    .optional(),
  NetworkInterfaces: z
    .array(
      z.strictObject({
        DeviceIndex: integer,
        AssociatePublicIpAddress: flag.optional(),
        DeleteOnTermination: flag.optional(),
        Groups: texts.optional(),
        NetworkInterfaceId: text.optional(),
        SubnetId: text.optional(),
      }),
    )
    .optional(),
  TagSpecifications: z.array(tagSpecification).optional(),
});

export const launchTemplate = defineResource({
  type: 'AWS::EC2::LaunchTemplate',
  attributes: ['LaunchTemplateId', 'LatestVersionNumber', 'DefaultVersionNumber'],
  properties: z.strictObject({
    LaunchTemplateName: text.optional(),
    VersionDescription: text.optional(),
    LaunchTemplateData: launchTemplateData,
    TagSpecifications: z.array(tagSpecification).optional(),
  }),
  createOnly: ['LaunchTemplateName'],
  async create(properties, context) {
    const answer = await context.clients.ec2.send(
      new CreateLaunchTemplateCommand({
        LaunchTemplateName: properties.LaunchTemplateName ?? context.name(128),
        VersionDescription: properties.VersionDescription,
        LaunchTemplateData: properties.LaunchTemplateData,
        ...tagSpecifications('launch-template', ownTags(properties), context),
      }),
    );
    const made = present(answer.LaunchTemplate, 'CreateLaunchTemplate', 'LaunchTemplate');
    const id = present(made.LaunchTemplateId, 'CreateLaunchTemplate', 'LaunchTemplateId');
    const latest = present(made.LatestVersionNumber, 'CreateLaunchTemplate', 'LatestVersionNumber');
    const standard = present(made.DefaultVersionNumber, 'CreateLaunchTemplate', 'DefaultVersionNumber');
    return {
      physicalId: id,
      attributes: {
        LaunchTemplateId: id,
        LatestVersionNumber: String(latest),
        DefaultVersionNumber: String(standard),
      },
    };
  },
  async update(identity, context, after, before) {
    const LaunchTemplateId = identity.physicalId;
    await retagEc2(LaunchTemplateId, ownTags(before), ownTags(after), context);
    const { LaunchTemplateData, VersionDescription } = after;
    if (
      isDeepStrictEqual(before.LaunchTemplateData, LaunchTemplateData) &&
      before.VersionDescription === VersionDescription
    ) {
      return identity;
    }
    // A new version; which one is the default stays as it is: the template can't say it.
    const answer = await context.clients.ec2.send(
      new CreateLaunchTemplateVersionCommand({ LaunchTemplateId, VersionDescription, LaunchTemplateData }),
    );
    const latest = present(
      answer.LaunchTemplateVersion?.VersionNumber,
      'CreateLaunchTemplateVersion',
      'LaunchTemplateVersion.VersionNumber',
    );
    return { ...identity, attributes: { ...identity.attributes, LatestVersionNumber: String(latest) } };
  },
  async delete({ physicalId }, context) {
    await unlessGone(['InvalidLaunchTemplateId.NotFound', 'InvalidLaunchTemplateId.NotFoundException'], () =>
      context.clients.ec2.send(new DeleteLaunchTemplateCommand({ LaunchTemplateId: physicalId })),
    );
  },
});

/** Tags of the launch template itself; those of the instances are in its data. */
function ownTags({
  TagSpecifications,
}: {
  readonly TagSpecifications?: readonly z.output<typeof tagSpecification>[] | undefined;
}) {
  return TagSpecifications?.flatMap((specification) => specification.Tags ?? []);
}
