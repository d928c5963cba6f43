import {
  CreateSubnetCommand,
  DeleteSubnetCommand,
  DescribeSubnetsCommand,
  ModifySubnetAttributeCommand,
} from '@aws-sdk/client-ec2';
import { z } from 'zod';
import { present } from '../../errors.ts';
import { flag, tags, text } from '../fields.ts';
import { defineResource } from '../handler.ts';
import { retagEc2, tagSpecifications } from '../tags.ts';
import { onceFree, untilReady } from '../waiting.ts';

export const subnet = defineResource({
  type: 'AWS::EC2::Subnet',
  attributes: ['SubnetId', 'AvailabilityZone', 'CidrBlock', 'VpcId'],
  properties: z.strictObject({
    VpcId: text,
    CidrBlock: text,
    AvailabilityZone: text.optional(),
    MapPublicIpOnLaunch: flag.optional(),
    Tags: tags,
  }),
  createOnly: ['VpcId', 'CidrBlock', 'AvailabilityZone'],
  async create(properties, context) {
    const { ec2 } = context.clients;
    const { VpcId, CidrBlock, AvailabilityZone } = properties;
    const answer = await ec2.send(
      new CreateSubnetCommand({
        VpcId,
        CidrBlock,
        AvailabilityZone,
        ...tagSpecifications('subnet', properties.Tags, context),
      }),
    );
    const id = present(answer.Subnet?.SubnetId, 'CreateSubnet', 'Subnet.SubnetId');
    const zone = present(answer.Subnet?.AvailabilityZone, 'CreateSubnet', 'Subnet.AvailabilityZone');
    const identity = { physicalId: id, attributes: { SubnetId: id, AvailabilityZone: zone, CidrBlock, VpcId } };
    context.made(identity);
    await untilReady(`subnet ${id} available`, 60, context, async () => {
      const { Subnets } = await ec2.send(new DescribeSubnetsCommand({ SubnetIds: [id] }));
      return Subnets?.[0]?.State === 'available';
    });
    if (properties.MapPublicIpOnLaunch !== undefined) {
      const MapPublicIpOnLaunch = { Value: properties.MapPublicIpOnLaunch };
      await ec2.send(new ModifySubnetAttributeCommand({ SubnetId: id, MapPublicIpOnLaunch }));
    }
    return identity;
  },
  async update(identity, context, after, before) {
    const SubnetId = identity.physicalId;
    if (after.MapPublicIpOnLaunch !== before.MapPublicIpOnLaunch) {
      const MapPublicIpOnLaunch = { Value: after.MapPublicIpOnLaunch ?? false };
      await context.clients.ec2.send(new ModifySubnetAttributeCommand({ SubnetId, MapPublicIpOnLaunch }));
    }
    await retagEc2(SubnetId, before.Tags, after.Tags, context);
    return identity;
  },
  async delete({ physicalId }, context) {
    const codes = { busy: ['DependencyViolation'], gone: ['InvalidSubnetID.NotFound'] };
    await onceFree(`subnet ${physicalId} deleted`, context, codes, () =>
      context.clients.ec2.send(new DeleteSubnetCommand({ SubnetId: physicalId })),
    );
  },
});
