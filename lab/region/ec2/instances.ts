import { ServiceError } from '../protocol/service-error.ts';
import type { Params } from '../wire/query.ts';
import type { XmlElement } from '../wire/xml.ts';
import { DONE, type Ec2Actions, LISTING } from './action.ts';
import { interfaceOf, renderReservation, stateOf } from './instance-rendering.ts';
import { publicAddress } from './interfaces.ts';
import { reboot, start, stop, terminate } from './lifecycle.ts';
import { type Listing, select } from './listing.ts';
import { type Instance, type InstanceState, STATE_CODES } from './model.ts';
import { attachedTo } from './volume-attachment.ts';
import { type Ec2World, visible } from './world.ts';
import { zoneId } from './zones.ts';

/** All the instances named, or an error: EC2 does nothing if one of them is not there. */
function named(params: Params, world: Ec2World): readonly Instance[] {
  const ids = params.texts('InstanceId');
  if (ids.length === 0) throw new ServiceError('MissingParameter', 'The request must contain the parameter InstanceId');
  const missing: string[] = [];
  const found = [...new Set(ids)].flatMap((id) => {
    if (!/^i-[0-9a-f]{8,17}$/.test(id)) throw new ServiceError('InvalidInstanceID.Malformed', `Invalid id: "${id}"`);
    const instance = world.instances.get(id);
    if (instance !== undefined && visible(world, instance)) return [instance];
    missing.push(id);
    return [];
  });
  if (missing.length === 0) return found;
  throw new ServiceError(
    'InvalidInstanceID.NotFound',
    missing.length === 1
      ? `The instance ID '${missing[0]}' does not exist`
      : `The instance IDs '${missing.join(', ')}' do not exist`,
  );
}

/** Refuses states in which the change is impossible, then makes it and answers with both states. */
function change(
  refused: readonly InstanceState[],
  make: (world: Ec2World, instance: Instance, params: Params) => void,
) {
  return (params: Params, world: Ec2World): XmlElement => {
    const instances = named(params, world);
    for (const { id, state } of instances) {
      if (!refused.includes(state)) continue;
      throw new ServiceError(
        'IncorrectInstanceState',
        `The instance '${id}' is in the state '${state}', from which this can't be done.`,
      );
    }
    return {
      instancesSet: instances.map((instance) => {
        const previousState = stateOf(instance);
        make(world, instance, params);
        return { instanceId: instance.id, previousState, currentState: stateOf(instance) };
      }),
    };
  };
}

function terminateInstances(params: Params, world: Ec2World): XmlElement {
  const kept = named(params, world).filter(({ terminationProtected }) => terminationProtected);
  if (kept.length > 0) {
    throw new ServiceError(
      'OperationNotPermitted',
      `The instance '${kept[0]?.id}' may not be terminated. Modify its 'disableApiTermination' instance attribute and try again.`,
    );
  }
  return terminateNamed(params, world);
}

function rebootInstances(params: Params, world: Ec2World): XmlElement {
  change(['pending', 'stopping', 'stopped', 'shutting-down', 'terminated'], reboot)(params, world);
  return DONE;
}

function listing(world: Ec2World): Omit<Listing<Instance>, 'set' | 'render'> {
  const eni = (instance: Instance) => interfaceOf(world, instance);
  return {
    idParameter: 'InstanceId',
    kind: 'instance',
    notFound: 'InvalidInstanceID.NotFound',
    items: world.instances,
    shown: (instance) => visible(world, instance),
    fields: {
      'instance-id': ({ id }) => id,
      'instance-state-name': ({ state }) => state,
      'instance-state-code': ({ state }) => String(STATE_CODES[state]),
      'instance-type': ({ type }) => type,
      'image-id': ({ imageId }) => imageId,
      architecture: ({ architecture }) => architecture,
      'availability-zone': ({ zone }) => zone,
      'subnet-id': (instance) => eni(instance)?.subnetId,
      'vpc-id': (instance) => eni(instance)?.vpcId,
      'private-ip-address': (instance) => eni(instance)?.privateIp,
      'network-interface.addresses.private-ip-address': (instance) => eni(instance)?.privateIp,
      'network-interface.network-interface-id': (instance) => eni(instance)?.id,
      'ip-address': (instance) => instanceAddress(world, instance),
      'instance.group-id': ({ groups }) => groups,
      'client-token': ({ clientToken }) => clientToken,
      'reservation-id': ({ reservationId }) => reservationId,
      'iam-instance-profile.arn': ({ profile }) => profile?.arn,
      'iam-instance-profile.name': ({ profile }) => profile?.name,
      'block-device-mapping.volume-id': ({ id }) => attachedTo(world, id).map((volume) => volume.id),
      'key-name': ({ keyName }) => keyName,
    },
  };
}

function instanceAddress(world: Ec2World, instance: Instance): string | undefined {
  const eni = interfaceOf(world, instance);
  return eni && publicAddress(world, eni);
}

function describeInstances(params: Params, world: Ec2World): XmlElement {
  const { items, nextToken } = select(params, listing(world));
  const reservations = Map.groupBy(items, ({ reservationId }) => reservationId);
  return {
    reservationSet: [...reservations.values()].map((instances) => renderReservation(world, instances)),
    nextToken,
  };
}

/** Only running instances, unless all are asked for. */
function describeInstanceStatus(params: Params, world: Ec2World): XmlElement {
  const all = params.flag('IncludeAllInstances') ?? false;
  const { items, nextToken } = select(params, {
    ...listing(world),
    shown: (instance) => visible(world, instance) && instance.state !== 'terminated',
  });
  const shown = items.filter(({ state }) => all || state === 'running');
  return {
    instanceStatusSet: shown.map((instance) => {
      const status = instance.state === 'running' ? 'ok' : 'not-applicable';
      return {
        instanceId: instance.id,
        availabilityZone: instance.zone,
        availabilityZoneId: zoneId(world, instance.zone),
        instanceState: stateOf(instance),
        instanceStatus: {
          status,
          details: [{ name: 'reachability', status: status === 'ok' ? 'passed' : 'not-applicable' }],
        },
        systemStatus: {
          status,
          details: [{ name: 'reachability', status: status === 'ok' ? 'passed' : 'not-applicable' }],
        },
      };
    }),
    nextToken,
  };
}

const terminateNamed = change([], (world, instance) => terminate(world, instance));
const stopInstances = change(['pending', 'shutting-down', 'terminated'], (world, instance, params) =>
  stop(world, instance, params.flag('Force') ? 'kill' : undefined),
);
const startInstances = change(['stopping', 'shutting-down', 'terminated'], start);

export const instanceActions: Ec2Actions = {
  DescribeInstances: { takes: ['InstanceId', ...LISTING], run: describeInstances },
  DescribeInstanceStatus: { takes: ['InstanceId', 'IncludeAllInstances', ...LISTING], run: describeInstanceStatus },
  TerminateInstances: { takes: ['InstanceId', 'SkipOsShutdown'], run: terminateInstances },
  StopInstances: { takes: ['InstanceId', 'Force', 'SkipOsShutdown'], run: stopInstances },
  StartInstances: { takes: ['InstanceId'], run: startInstances },
  RebootInstances: { takes: ['InstanceId'], run: rebootInstances },
};
