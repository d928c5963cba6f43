import { resourceId } from '../ids.ts';
import { ServiceError } from '../protocol/service-error.ts';
import type { Params } from '../wire/query.ts';
import type { XmlElement } from '../wire/xml.ts';
import { DONE, dependency, type Ec2Actions, existing, LISTING } from './action.ts';
import { publicAddress } from './interfaces.ts';
import { describe, type Listing } from './listing.ts';
import type { InternetGateway } from './model.ts';
import { tagSet, tagsAtCreation } from './tags.ts';
import { findVpc } from './vpcs.ts';
import type { Ec2World } from './world.ts';

export function findGateway(world: Ec2World, id: string): InternetGateway {
  return existing(world.gateways.get(id), 'InvalidInternetGatewayID.NotFound', 'internetGateway', id);
}

function create(params: Params, world: Ec2World): XmlElement {
  const gateway = world.gateways.add({
    id: resourceId(world.context.random, 'igw'),
    tags: tagsAtCreation(params, 'internet-gateway'),
    vpcId: undefined,
  });
  return { internetGateway: listing(world).render(gateway) };
}

function attach(params: Params, world: Ec2World): XmlElement {
  const gateway = findGateway(world, params.required('InternetGatewayId'));
  const vpc = findVpc(world, params.required('VpcId'));
  const taken = gateway.vpcId !== undefined || world.gateways.find(({ vpcId }) => vpcId === vpc.id) !== undefined;
  if (taken) {
    throw new ServiceError(
      'Resource.AlreadyAssociated',
      `resource ${gateway.id} is already attached to network ${gateway.vpcId ?? vpc.id}`,
    );
  }
  gateway.vpcId = vpc.id;
  return DONE;
}

function detach(params: Params, world: Ec2World): XmlElement {
  const gateway = findGateway(world, params.required('InternetGatewayId'));
  const vpc = findVpc(world, params.required('VpcId'));
  if (gateway.vpcId !== vpc.id) {
    throw new ServiceError('Gateway.NotAttached', `resource ${gateway.id} is not attached to network ${vpc.id}`);
  }
  const mapped = world.interfaces.filter((eni) => eni.vpcId === vpc.id && publicAddress(world, eni) !== undefined);
  if (mapped.length > 0) {
    throw new ServiceError(
      'DependencyViolation',
      `Network ${vpc.id} has some mapped public address(es), on ${mapped.map(({ id }) => id).join(', ')}. Please unmap those public address(es) before detaching the gateway.`,
    );
  }
  gateway.vpcId = undefined;
  return DONE;
}

function remove(params: Params, world: Ec2World): XmlElement {
  const gateway = findGateway(world, params.required('InternetGatewayId'));
  if (gateway.vpcId !== undefined) {
    throw dependency(`internetGateway '${gateway.id}'`, `it is attached to ${gateway.vpcId}`);
  }
  world.gateways.delete(gateway.id);
  return DONE;
}

function listing(world: Ec2World): Listing<InternetGateway> {
  return {
    idParameter: 'InternetGatewayId',
    set: 'internetGatewaySet',
    kind: 'internetGateway',
    notFound: 'InvalidInternetGatewayID.NotFound',
    items: world.gateways,
    fields: {
      'internet-gateway-id': (gateway) => gateway.id,
      'attachment.vpc-id': (gateway) => gateway.vpcId,
      'attachment.state': (gateway) => (gateway.vpcId === undefined ? undefined : 'available'),
      'owner-id': () => world.context.account,
    },
    render: (gateway) => ({
      internetGatewayId: gateway.id,
      ownerId: world.context.account,
      attachmentSet: gateway.vpcId === undefined ? [] : [{ vpcId: gateway.vpcId, state: 'available' }],
      tagSet: tagSet(gateway.tags),
    }),
  };
}

export const internetGatewayActions: Ec2Actions = {
  CreateInternetGateway: { takes: ['TagSpecification'], run: create },
  AttachInternetGateway: { takes: ['InternetGatewayId', 'VpcId'], run: attach },
  DetachInternetGateway: { takes: ['InternetGatewayId', 'VpcId'], run: detach },
  DescribeInternetGateways: {
    takes: ['InternetGatewayId', ...LISTING],
    run: (params, world) => describe(params, listing(world)),
  },
  DeleteInternetGateway: { takes: ['InternetGatewayId'], run: remove },
};
