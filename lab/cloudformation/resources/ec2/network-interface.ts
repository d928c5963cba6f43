import { isDeepStrictEqual } from 'node:util';
import {
  CreateNetworkInterfaceCommand,
  DeleteNetworkInterfaceCommand,
  DescribeNetworkInterfacesCommand,
  ModifyNetworkInterfaceAttributeCommand,
} from '@aws-sdk/client-ec2';
import { z } from 'zod';
import { present } from '../../errors.ts';
import { flag, tags, text, texts } from '../fields.ts';
import { defineResource } from '../handler.ts';
import { retagEc2, tagSpecifications } from '../tags.ts';
import { onceFree, untilReady } from '../waiting.ts';

export const networkInterface = defineResource({
  type: 'AWS::EC2::NetworkInterface',
  attributes: ['Id', 'PrimaryPrivateIpAddress', 'VpcId'],
  properties: z.strictObject({
    SubnetId: text,
    PrivateIpAddress: text.optional(),
    GroupSet: texts.optional(),
    Description: text.optional(),
    // Only what EC2 does by itself: the lab's machines are all on one wire.
    SourceDestCheck: flag.refine((value) => value, 'only true is known to the lab').optional(),
    Tags: tags,
  }),
  createOnly: ['SubnetId', 'PrivateIpAddress'],
  async create(properties, context) {
    const { ec2 } = context.clients;
    const answer = await ec2.send(
      new CreateNetworkInterfaceCommand({
        SubnetId: properties.SubnetId,
        PrivateIpAddress: properties.PrivateIpAddress,
        Groups: properties.GroupSet,
        Description: properties.Description,
        ...tagSpecifications('network-interface', properties.Tags, context),
      }),
    );
    const made = present(answer.NetworkInterface, 'CreateNetworkInterface', 'NetworkInterface');
    const id = present(made.NetworkInterfaceId, 'CreateNetworkInterface', 'NetworkInterfaceId');
    const identity = {
      physicalId: id,
      attributes: {
        Id: id,
        PrimaryPrivateIpAddress: present(made.PrivateIpAddress, 'CreateNetworkInterface', 'PrivateIpAddress'),
        VpcId: present(made.VpcId, 'CreateNetworkInterface', 'VpcId'),
      },
    };
    context.made(identity);
    await untilReady(`network interface ${id} available`, 60, context, async () => {
      const { NetworkInterfaces } = await ec2.send(new DescribeNetworkInterfacesCommand({ NetworkInterfaceIds: [id] }));
      return NetworkInterfaces?.[0]?.Status === 'available';
    });
    return identity;
  },
  async update(identity, context, after, before) {
    const { ec2 } = context.clients;
    const NetworkInterfaceId = identity.physicalId;
    // One attribute a call.
    if (!isDeepStrictEqual(after.GroupSet, before.GroupSet)) {
      await ec2.send(new ModifyNetworkInterfaceAttributeCommand({ NetworkInterfaceId, Groups: after.GroupSet }));
    }
    if (after.Description !== before.Description) {
      const Description = { Value: after.Description ?? '' };
      await ec2.send(new ModifyNetworkInterfaceAttributeCommand({ NetworkInterfaceId, Description }));
    }
    await retagEc2(NetworkInterfaceId, before.Tags, after.Tags, context);
    return identity;
  },
  async delete({ physicalId }, context) {
    const codes = { busy: ['InvalidNetworkInterface.InUse'], gone: ['InvalidNetworkInterfaceID.NotFound'] };
    await onceFree(`network interface ${physicalId} deleted`, context, codes, () =>
      context.clients.ec2.send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId: physicalId })),
    );
  },
});
