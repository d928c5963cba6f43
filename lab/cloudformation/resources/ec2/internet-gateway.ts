import {
  AttachInternetGatewayCommand,
  CreateInternetGatewayCommand,
  DeleteInternetGatewayCommand,
  DetachInternetGatewayCommand,
} from '@aws-sdk/client-ec2';
import { z } from 'zod';
import { present } from '../../errors.ts';
import { tags, text } from '../fields.ts';
import { defineResource, type ResourceContext } from '../handler.ts';
import { retagEc2, tagSpecifications } from '../tags.ts';
import { onceFree } from '../waiting.ts';

export const internetGateway = defineResource({
  type: 'AWS::EC2::InternetGateway',
  attributes: ['InternetGatewayId'],
  properties: z.strictObject({ Tags: tags }),
  async create(properties, context) {
    const answer = await context.clients.ec2.send(
      new CreateInternetGatewayCommand(tagSpecifications('internet-gateway', properties.Tags, context)),
    );
    const id = present(answer.InternetGateway?.InternetGatewayId, 'CreateInternetGateway', 'InternetGatewayId');
    return { physicalId: id, attributes: { InternetGatewayId: id } };
  },
  async update(identity, context, after, before) {
    await retagEc2(identity.physicalId, before.Tags, after.Tags, context);
    return identity;
  },
  async delete({ physicalId }, context) {
    const codes = { busy: ['DependencyViolation'], gone: ['InvalidInternetGatewayID.NotFound'] };
    await onceFree(`internet gateway ${physicalId} deleted`, context, codes, () =>
      context.clients.ec2.send(new DeleteInternetGatewayCommand({ InternetGatewayId: physicalId })),
    );
  },
});

export const vpcGatewayAttachment = defineResource({
  type: 'AWS::EC2::VPCGatewayAttachment',
  attributes: ['AttachmentType'],
  properties: z.strictObject({ VpcId: text, InternetGatewayId: text }),
  createOnly: ['VpcId'],
  async create({ VpcId, InternetGatewayId }, context) {
    await context.clients.ec2.send(new AttachInternetGatewayCommand({ VpcId, InternetGatewayId }));
    return { physicalId: `IGW|${VpcId}`, attributes: { AttachmentType: 'IGW' } };
  },
  async update(identity, context, { VpcId, InternetGatewayId }, before) {
    // A VPC has one gateway at a time.
    await detach(before, context);
    await context.clients.ec2.send(new AttachInternetGatewayCommand({ VpcId, InternetGatewayId }));
    return identity;
  },
  delete: (_identity, context, properties) => detach(properties, context),
});

async function detach(
  { VpcId, InternetGatewayId }: { readonly VpcId: string; readonly InternetGatewayId: string },
  context: ResourceContext,
): Promise<void> {
  // As long as an address of the VPC is public, EC2 does not let the gateway go.
  const codes = {
    busy: ['DependencyViolation'],
    gone: ['Gateway.NotAttached', 'InvalidInternetGatewayID.NotFound', 'InvalidVpcID.NotFound'],
  };
  await onceFree(`internet gateway ${InternetGatewayId} detached`, context, codes, () =>
    context.clients.ec2.send(new DetachInternetGatewayCommand({ VpcId, InternetGatewayId })),
  );
}
