import {
  AllocateAddressCommand,
  AssociateAddressCommand,
  DisassociateAddressCommand,
  ReleaseAddressCommand,
} from '@aws-sdk/client-ec2';
import { z } from 'zod';
import { present } from '../../errors.ts';
import { tags, text } from '../fields.ts';
import { defineResource } from '../handler.ts';
import { retagEc2, tagSpecifications } from '../tags.ts';
import { onceFree, unlessGone } from '../waiting.ts';

export const elasticIp = defineResource({
  type: 'AWS::EC2::EIP',
  attributes: ['AllocationId', 'PublicIp'],
  properties: z.strictObject({ Domain: z.literal('vpc').optional(), Tags: tags }),
  createOnly: ['Domain'],
  async create(properties, context) {
    const answer = await context.clients.ec2.send(
      new AllocateAddressCommand({ Domain: 'vpc', ...tagSpecifications('elastic-ip', properties.Tags, context) }),
    );
    const AllocationId = present(answer.AllocationId, 'AllocateAddress', 'AllocationId');
    const PublicIp = present(answer.PublicIp, 'AllocateAddress', 'PublicIp');
    return { physicalId: PublicIp, attributes: { AllocationId, PublicIp } };
  },
  async update(identity, context, after, before) {
    await retagEc2(String(identity.attributes['AllocationId']), before.Tags, after.Tags, context);
    return identity;
  },
  async delete({ physicalId, attributes }, context) {
    const AllocationId = String(attributes['AllocationId']);
    const codes = { busy: ['InvalidIPAddress.InUse'], gone: ['InvalidAllocationID.NotFound'] };
    await onceFree(`address ${physicalId} released`, context, codes, () =>
      context.clients.ec2.send(new ReleaseAddressCommand({ AllocationId })),
    );
  },
});

export const elasticIpAssociation = defineResource({
  type: 'AWS::EC2::EIPAssociation',
  attributes: ['Id'],
  properties: z.strictObject({
    AllocationId: text,
    NetworkInterfaceId: text,
    PrivateIpAddress: text.optional(),
  }),
  createOnly: ['AllocationId', 'NetworkInterfaceId', 'PrivateIpAddress'],
  async create({ AllocationId, NetworkInterfaceId, PrivateIpAddress }, context) {
    const answer = await context.clients.ec2.send(
      new AssociateAddressCommand({ AllocationId, NetworkInterfaceId, PrivateIpAddress }),
    );
    const id = present(answer.AssociationId, 'AssociateAddress', 'AssociationId');
    return { physicalId: id, attributes: { Id: id } };
  },
  async delete({ physicalId }, context) {
    await unlessGone(['InvalidAssociationID.NotFound'], () =>
      context.clients.ec2.send(new DisassociateAddressCommand({ AssociationId: physicalId })),
    );
  },
});
