import { ServiceError } from '../protocol/service-error.ts';
import type { Params } from '../wire/query.ts';
import type { XmlElement } from '../wire/xml.ts';
import type { Ec2Actions } from './action.ts';
import { filtered } from './listing.ts';
import type { Ec2World } from './world.ts';

/** E.g. `use1-az1` for the first zone of us-east-1. */
export function zoneId(world: Ec2World, zone: string): string {
  const [area = '', direction = '', number = ''] = world.context.region.split('-');
  return `${area}${direction.charAt(0)}${number}-az${world.context.zones.indexOf(zone) + 1}`;
}

/** @throws ServiceError `InvalidParameterValue` for a zone that the region does not have */
export function checkZone(world: Ec2World, zone: string): string {
  if (world.context.zones.includes(zone)) return zone;
  throw new ServiceError(
    'InvalidParameterValue',
    `Value (${zone}) for parameter availabilityZone is invalid. Subnets can currently only be created in the following availability zones: ${world.context.zones.join(', ')}.`,
  );
}

function describeAvailabilityZones(params: Params, world: Ec2World): XmlElement {
  const { region, zones } = world.context;
  const all = zones.map((zone) => ({ id: zone, tags: new Map<string, string>() }));
  const names = params.texts('ZoneName').map((name) => checkZone(world, name));
  const ids = params.texts('ZoneId');
  const found = filtered(params, all, {
    'zone-name': (zone) => zone.id,
    'zone-id': (zone) => zoneId(world, zone.id),
    'region-name': () => region,
    'zone-type': () => 'availability-zone',
    state: () => 'available',
    'opt-in-status': () => 'opt-in-not-required',
    'group-name': () => `${region}-zg-1`,
  });
  const wanted = found.filter(
    ({ id }) => (names.length === 0 || names.includes(id)) && (ids.length === 0 || ids.includes(zoneId(world, id))),
  );
  return {
    availabilityZoneInfo: wanted.map(({ id }) => ({
      zoneName: id,
      zoneId: zoneId(world, id),
      zoneState: 'available',
      zoneType: 'availability-zone',
      regionName: region,
      groupName: `${region}-zg-1`,
      networkBorderGroup: region,
      optInStatus: 'opt-in-not-required',
      messageSet: [],
    })),
  };
}

export const zoneActions: Ec2Actions = {
  DescribeAvailabilityZones: {
    takes: ['ZoneName', 'ZoneId', 'AllAvailabilityZones', 'Filter'],
    run: describeAvailabilityZones,
  },
};
