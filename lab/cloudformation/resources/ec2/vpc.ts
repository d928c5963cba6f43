import {
  CreateVpcCommand,
  DeleteVpcCommand,
  DescribeSecurityGroupsCommand,
  DescribeVpcsCommand,
  ModifyVpcAttributeCommand,
} from '@aws-sdk/client-ec2';
import { z } from 'zod';
import { present } from '../../errors.ts';
import { flag, tags, text } from '../fields.ts';
import { defineResource, type ResourceContext } from '../handler.ts';
import { retagEc2, tagSpecifications } from '../tags.ts';
import { onceFree, untilReady } from '../waiting.ts';

export const vpc = defineResource({
  type: 'AWS::EC2::VPC',
  attributes: ['VpcId', 'CidrBlock', 'DefaultSecurityGroup'],
  properties: z.strictObject({
    CidrBlock: text,
    EnableDnsHostnames: flag.optional(),
    EnableDnsSupport: flag.optional(),
    InstanceTenancy: z.literal('default').optional(),
    Tags: tags,
  }),
  createOnly: ['CidrBlock'],
  async create(properties, context) {
    const { ec2 } = context.clients;
    const { CidrBlock } = properties;
    const answer = await ec2.send(
      new CreateVpcCommand({ CidrBlock, ...tagSpecifications('vpc', properties.Tags, context) }),
    );
    const id = present(answer.Vpc?.VpcId, 'CreateVpc', 'Vpc.VpcId');
    context.made({ physicalId: id, attributes: { VpcId: id, CidrBlock } });
    await untilReady(`VPC ${id} available`, 60, context, async () => {
      const { Vpcs } = await ec2.send(new DescribeVpcsCommand({ VpcIds: [id] }));
      return Vpcs?.[0]?.State === 'available';
    });
    await setDns(id, properties, context);
    const groups = await ec2.send(
      new DescribeSecurityGroupsCommand({
        Filters: [
          { Name: 'vpc-id', Values: [id] },
          { Name: 'group-name', Values: ['default'] },
        ],
      }),
    );
    const DefaultSecurityGroup = present(
      groups.SecurityGroups?.[0]?.GroupId,
      'DescribeSecurityGroups',
      'default group of the VPC',
    );
    return { physicalId: id, attributes: { VpcId: id, CidrBlock, DefaultSecurityGroup } };
  },
  async update(identity, context, after, before) {
    // What is left out is as EC2 makes a VPC: names are resolved, and hosts have none.
    const { EnableDnsSupport = true, EnableDnsHostnames = false } = after;
    await setDns(identity.physicalId, { EnableDnsSupport, EnableDnsHostnames }, context);
    await retagEc2(identity.physicalId, before.Tags, after.Tags, context);
    return identity;
  },
  async delete({ physicalId }, context) {
    const codes = { busy: ['DependencyViolation'], gone: ['InvalidVpcID.NotFound'] };
    await onceFree(`VPC ${physicalId} deleted`, context, codes, () =>
      context.clients.ec2.send(new DeleteVpcCommand({ VpcId: physicalId })),
    );
  },
});

async function setDns(
  VpcId: string,
  dns: { readonly EnableDnsSupport?: boolean | undefined; readonly EnableDnsHostnames?: boolean | undefined },
  { clients: { ec2 } }: ResourceContext,
): Promise<void> {
  // One attribute a call, and host names need name resolution: EC2 refuses both at once.
  if (dns.EnableDnsSupport !== undefined) {
    const EnableDnsSupport = { Value: dns.EnableDnsSupport };
    await ec2.send(new ModifyVpcAttributeCommand({ VpcId, EnableDnsSupport }));
  }
  if (dns.EnableDnsHostnames !== undefined) {
    const EnableDnsHostnames = { Value: dns.EnableDnsHostnames };
    await ec2.send(new ModifyVpcAttributeCommand({ VpcId, EnableDnsHostnames }));
  }
}
