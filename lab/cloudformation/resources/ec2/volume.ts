import {
  CreateSnapshotCommand,
  CreateVolumeCommand,
  DeleteVolumeCommand,
  DescribeSnapshotsCommand,
  DescribeVolumesCommand,
  ModifyVolumeCommand,
  VolumeType,
} from '@aws-sdk/client-ec2';
import { z } from 'zod';
import { present } from '../../errors.ts';
import { flag, integer, tags, text } from '../fields.ts';
import { defineResource, differing } from '../handler.ts';
import { retagEc2, tagSpecifications } from '../tags.ts';
import { onceFree, untilReady } from '../waiting.ts';

export const volume = defineResource({
  type: 'AWS::EC2::Volume',
  attributes: ['VolumeId'],
  properties: z.strictObject({
    AvailabilityZone: text,
    Size: integer.optional(),
    VolumeType: z.enum(VolumeType).optional(),
    Encrypted: flag.optional(),
    KmsKeyId: text.optional(),
    // Only what EC2 does by itself: of the lab's volumes each has one machine.
    MultiAttachEnabled: flag.refine((value) => !value, 'only false is known to the lab').optional(),
    Iops: integer.optional(),
    Throughput: integer.optional(),
    SnapshotId: text.optional(),
    Tags: tags,
  }),
  fixed: ['AvailabilityZone', 'Encrypted', 'KmsKeyId', 'MultiAttachEnabled', 'SnapshotId'],
  async create({ Tags, MultiAttachEnabled: _, ...settings }, context) {
    const { ec2 } = context.clients;
    const answer = await ec2.send(
      new CreateVolumeCommand({ ...settings, ...tagSpecifications('volume', Tags, context) }),
    );
    const id = present(answer.VolumeId, 'CreateVolume', 'VolumeId');
    const identity = { physicalId: id, attributes: { VolumeId: id } };
    context.made(identity);
    await untilReady(`volume ${id} available`, 120, context, async () => {
      const { Volumes } = await ec2.send(new DescribeVolumesCommand({ VolumeIds: [id] }));
      return Volumes?.[0]?.State === 'available';
    });
    return identity;
  },
  async update(identity, context, after, before) {
    const { Size, VolumeType, Iops, Throughput } = after;
    const changed = differing(before, after).filter((name) => name !== 'Tags');
    if (changed.length > 0) {
      const VolumeId = identity.physicalId;
      await context.clients.ec2.send(new ModifyVolumeCommand({ VolumeId, Size, VolumeType, Iops, Throughput }));
    }
    await retagEc2(identity.physicalId, before.Tags, after.Tags, context);
    return identity;
  },
  async delete({ physicalId }, context) {
    const codes = { busy: ['VolumeInUse'], gone: ['InvalidVolume.NotFound'] };
    await onceFree(`volume ${physicalId} deleted`, context, codes, () =>
      context.clients.ec2.send(new DeleteVolumeCommand({ VolumeId: physicalId })),
    );
  },
  async snapshot({ physicalId }, context) {
    const { ec2 } = context.clients;
    const answer = await ec2.send(
      new CreateSnapshotCommand({
        VolumeId: physicalId,
        Description: `${context.place.stackName}-${context.logicalId}`,
        ...tagSpecifications('snapshot', undefined, context),
      }),
    );
    const id = present(answer.SnapshotId, 'CreateSnapshot', 'SnapshotId');
    await untilReady(`snapshot ${id} of volume ${physicalId} completed`, 3600, context, async () => {
      const { Snapshots } = await ec2.send(new DescribeSnapshotsCommand({ SnapshotIds: [id] }));
      return Snapshots?.[0]?.State === 'completed';
    });
  },
});
