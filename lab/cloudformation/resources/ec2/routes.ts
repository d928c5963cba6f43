import {
  AssociateRouteTableCommand,
  CreateRouteCommand,
  CreateRouteTableCommand,
  DeleteRouteCommand,
  DeleteRouteTableCommand,
  DisassociateRouteTableCommand,
  ReplaceRouteCommand,
} from '@aws-sdk/client-ec2';
import { z } from 'zod';
import { present } from '../../errors.ts';
import { tags, text } from '../fields.ts';
import { defineResource } from '../handler.ts';
import { retagEc2, tagSpecifications } from '../tags.ts';
import { onceFree, unlessGone } from '../waiting.ts';

const NO_TABLE = 'InvalidRouteTableID.NotFound';

export const routeTable = defineResource({
  type: 'AWS::EC2::RouteTable',
  attributes: ['RouteTableId'],
  properties: z.strictObject({ VpcId: text, Tags: tags }),
  createOnly: ['VpcId'],
  async create({ VpcId, Tags }, context) {
    const answer = await context.clients.ec2.send(
      new CreateRouteTableCommand({ VpcId, ...tagSpecifications('route-table', Tags, context) }),
    );
    const id = present(answer.RouteTable?.RouteTableId, 'CreateRouteTable', 'RouteTableId');
    return { physicalId: id, attributes: { RouteTableId: id } };
  },
  async update(identity, context, after, before) {
    await retagEc2(identity.physicalId, before.Tags, after.Tags, context);
    return identity;
  },
  async delete({ physicalId }, context) {
    const codes = { busy: ['DependencyViolation'], gone: [NO_TABLE] };
    await onceFree(`route table ${physicalId} deleted`, context, codes, () =>
      context.clients.ec2.send(new DeleteRouteTableCommand({ RouteTableId: physicalId })),
    );
  },
});

export const route = defineResource({
  type: 'AWS::EC2::Route',
  attributes: ['CidrBlock'],
  properties: z.strictObject({ RouteTableId: text, DestinationCidrBlock: text, GatewayId: text }),
  createOnly: ['RouteTableId', 'DestinationCidrBlock'],
  async create({ RouteTableId, DestinationCidrBlock, GatewayId }, context) {
    await context.clients.ec2.send(new CreateRouteCommand({ RouteTableId, DestinationCidrBlock, GatewayId }));
    return {
      physicalId: `${RouteTableId}|${DestinationCidrBlock}`,
      attributes: { CidrBlock: DestinationCidrBlock },
    };
  },
  async update(identity, context, { RouteTableId, DestinationCidrBlock, GatewayId }) {
    await context.clients.ec2.send(new ReplaceRouteCommand({ RouteTableId, DestinationCidrBlock, GatewayId }));
    return identity;
  },
  async delete(_identity, context, { RouteTableId, DestinationCidrBlock }) {
    await unlessGone(['InvalidRoute.NotFound', NO_TABLE], () =>
      context.clients.ec2.send(new DeleteRouteCommand({ RouteTableId, DestinationCidrBlock })),
    );
  },
});

export const subnetRouteTableAssociation = defineResource({
  type: 'AWS::EC2::SubnetRouteTableAssociation',
  attributes: ['Id'],
  properties: z.strictObject({ RouteTableId: text, SubnetId: text }),
  createOnly: ['RouteTableId', 'SubnetId'],
  async create({ RouteTableId, SubnetId }, context) {
    const answer = await context.clients.ec2.send(new AssociateRouteTableCommand({ RouteTableId, SubnetId }));
    const id = present(answer.AssociationId, 'AssociateRouteTable', 'AssociationId');
    return { physicalId: id, attributes: { Id: id } };
  },
  async delete({ physicalId }, context) {
    await unlessGone(['InvalidAssociationID.NotFound'], () =>
      context.clients.ec2.send(new DisassociateRouteTableCommand({ AssociationId: physicalId })),
    );
  },
});
