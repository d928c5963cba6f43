import { resourceId } from '../ids.ts';
import { ServiceError } from '../protocol/service-error.ts';
import type { Params } from '../wire/query.ts';
import type { XmlElement } from '../wire/xml.ts';
import { DONE, dependency, type Ec2Actions, existing, LISTING } from './action.ts';
import { parseCidr } from './cidr.ts';
import { findGateway } from './internet-gateways.ts';
import { describe, type Listing } from './listing.ts';
import type { Route, RouteTable, Tags, Vpc } from './model.ts';
import { findSubnet } from './subnets.ts';
import { tagSet, tagsAtCreation } from './tags.ts';
import { findVpc } from './vpcs.ts';
import type { Ec2World } from './world.ts';

export function addRouteTable(
  world: Ec2World,
  vpc: Vpc,
  table: { readonly main: boolean; readonly tags: Tags },
): RouteTable {
  return world.routeTables.add({
    id: resourceId(world.context.random, 'rtb'),
    tags: table.tags,
    vpcId: vpc.id,
    main: table.main,
    routes: [{ cidr: vpc.cidr, gatewayId: 'local' }],
    associations: table.main ? [{ id: resourceId(world.context.random, 'rtbassoc'), subnetId: undefined }] : [],
  });
}

function find(params: Params, world: Ec2World): RouteTable {
  const id = params.required('RouteTableId');
  return existing(world.routeTables.get(id), 'InvalidRouteTableID.NotFound', 'routeTable', id);
}

function create(params: Params, world: Ec2World): XmlElement {
  const vpc = findVpc(world, params.required('VpcId'));
  const table = addRouteTable(world, vpc, { main: false, tags: tagsAtCreation(params, 'route-table') });
  return { routeTable: listing(world).render(table) };
}

/** Routes of the lab lead to internet gateways only. */
function parseRoute(params: Params, world: Ec2World, table: RouteTable): Route {
  const cidr = parseCidr(params.required('DestinationCidrBlock'), 'DestinationCidrBlock').text;
  const gateway = findGateway(world, params.required('GatewayId'));
  if (gateway.vpcId !== table.vpcId) {
    throw new ServiceError(
      'InvalidParameterValue',
      `route table ${table.id} and network gateway ${gateway.id} belong to different networks`,
    );
  }
  return { cidr, gatewayId: gateway.id };
}

function createRoute(params: Params, world: Ec2World): XmlElement {
  const table = find(params, world);
  const route = parseRoute(params, world, table);
  if (table.routes.some(({ cidr }) => cidr === route.cidr)) {
    throw new ServiceError('RouteAlreadyExists', `The route identified by ${route.cidr} already exists.`);
  }
  table.routes = [...table.routes, route];
  return DONE;
}

function replaceRoute(params: Params, world: Ec2World): XmlElement {
  const table = find(params, world);
  const route = parseRoute(params, world, table);
  findRoute(table, route.cidr);
  table.routes = table.routes.map((old) => (old.cidr === route.cidr ? route : old));
  return DONE;
}

function deleteRoute(params: Params, world: Ec2World): XmlElement {
  const table = find(params, world);
  const route = findRoute(table, params.required('DestinationCidrBlock'));
  if (route.gatewayId === 'local') {
    throw new ServiceError(
      'InvalidParameterValue',
      `cannot remove local route ${route.cidr} in route table ${table.id}`,
    );
  }
  table.routes = table.routes.filter((old) => old !== route);
  return DONE;
}

function findRoute(table: RouteTable, cidr: string): Route {
  const route = table.routes.find((candidate) => candidate.cidr === cidr);
  if (route !== undefined) return route;
  throw new ServiceError(
    'InvalidRoute.NotFound',
    `no route with destination-cidr-block ${cidr} in route table ${table.id}`,
  );
}

/** A subnet has one route table at a time. */
function associate(params: Params, world: Ec2World): XmlElement {
  const table = find(params, world);
  const subnet = findSubnet(world, params.required('SubnetId'));
  const other = world.routeTables.find(({ associations }) =>
    associations.some(({ subnetId }) => subnetId === subnet.id),
  );
  if (other !== undefined) {
    throw new ServiceError(
      'Resource.AlreadyAssociated',
      `the specified association for route table ${table.id} conflicts with an existing association: ${subnet.id} uses ${other.id}`,
    );
  }
  const association = { id: resourceId(world.context.random, 'rtbassoc'), subnetId: subnet.id };
  table.associations = [...table.associations, association];
  return { associationId: association.id, associationState: { state: 'associated' } };
}

function disassociate(params: Params, world: Ec2World): XmlElement {
  const id = params.required('AssociationId');
  const table = existing(
    world.routeTables.find(({ associations }) => associations.some((association) => association.id === id)),
    'InvalidAssociationID.NotFound',
    'association',
    id,
  );
  if (table.associations.some((association) => association.id === id && association.subnetId === undefined)) {
    throw new ServiceError('InvalidParameterValue', `cannot disassociate the main route table association ${id}`);
  }
  table.associations = table.associations.filter((association) => association.id !== id);
  return DONE;
}

function remove(params: Params, world: Ec2World): XmlElement {
  const table = find(params, world);
  if (table.associations.length > 0) {
    throw dependency(`routeTable '${table.id}'`, table.main ? 'it is the main one of its VPC' : 'subnets use it');
  }
  world.routeTables.delete(table.id);
  return DONE;
}

function listing(world: Ec2World): Listing<RouteTable> {
  return {
    idParameter: 'RouteTableId',
    set: 'routeTableSet',
    kind: 'routeTable',
    notFound: 'InvalidRouteTableID.NotFound',
    items: world.routeTables,
    fields: {
      'route-table-id': (table) => table.id,
      'vpc-id': (table) => table.vpcId,
      'association.route-table-association-id': (table) => table.associations.map(({ id }) => id),
      'association.subnet-id': (table) => table.associations.map(({ subnetId }) => subnetId),
      'association.main': (table) => table.associations.map(({ subnetId }) => String(subnetId === undefined)),
      'route.gateway-id': (table) => table.routes.map(({ gatewayId }) => gatewayId),
      'route.destination-cidr-block': (table) => table.routes.map(({ cidr }) => cidr),
    },
    render: (table) => ({
      routeTableId: table.id,
      vpcId: table.vpcId,
      ownerId: world.context.account,
      routeSet: table.routes.map((route) => ({
        destinationCidrBlock: route.cidr,
        gatewayId: route.gatewayId,
        origin: route.gatewayId === 'local' ? 'CreateRouteTable' : 'CreateRoute',
        state: blackhole(world, table, route) ? 'blackhole' : 'active',
      })),
      associationSet: table.associations.map(({ id, subnetId }) => ({
        routeTableAssociationId: id,
        routeTableId: table.id,
        subnetId,
        main: subnetId === undefined,
        associationState: { state: 'associated' },
      })),
      tagSet: tagSet(table.tags),
    }),
  };
}

function blackhole(world: Ec2World, table: RouteTable, { gatewayId }: Route): boolean {
  return gatewayId !== 'local' && world.gateways.get(gatewayId)?.vpcId !== table.vpcId;
}

const ROUTE = ['RouteTableId', 'DestinationCidrBlock', 'GatewayId'] as const;

export const routeTableActions: Ec2Actions = {
  CreateRouteTable: { takes: ['VpcId', 'TagSpecification'], run: create },
  CreateRoute: { takes: ROUTE, run: createRoute },
  ReplaceRoute: { takes: ROUTE, run: replaceRoute },
  DeleteRoute: { takes: ['RouteTableId', 'DestinationCidrBlock'], run: deleteRoute },
  AssociateRouteTable: { takes: ['RouteTableId', 'SubnetId'], run: associate },
  DisassociateRouteTable: { takes: ['AssociationId'], run: disassociate },
  DescribeRouteTables: {
    takes: ['RouteTableId', ...LISTING],
    run: (params, world) => describe(params, listing(world)),
  },
  DeleteRouteTable: { takes: ['RouteTableId'], run: remove },
};
