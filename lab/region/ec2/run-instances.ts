import { resourceId } from '../ids.ts';
import { ServiceError } from '../protocol/service-error.ts';
import { canonicalQuery, type Params } from '../wire/query.ts';
import type { XmlElement } from '../wire/xml.ts';
import { type Ec2Actions, existing } from './action.ts';
import { roomFor, takeRoom } from './capacity.ts';
import { renderReservation } from './instance-rendering.ts';
import { checkFree } from './interfaces.ts';
import { planDevices, putDevices } from './launch-devices.ts';
import { planInterface, putInterface } from './launch-interface.ts';
import { LAUNCH_PARAMETERS, type LaunchSpec, mergeLaunch, parseLaunch } from './launch-spec.ts';
import { findTemplate, findVersion } from './launch-templates.ts';
import { boot, changeState } from './lifecycle.ts';
import type { Image, Instance } from './model.ts';
import type { Ec2World } from './world.ts';

/*
 * Everything that can be refused is looked at before anything is made, and all is made in one go: a launch either
 * answers with its instances or has left nothing behind.
 */

function runInstances(params: Params, world: Ec2World): XmlElement {
  const token = checkToken(params.text('ClientToken'));
  const before = token === undefined ? undefined : replayed(params, world, token);
  if (before !== undefined) return renderReservation(world, before);

  const { instances, devices } = launch(params, world, token);
  if (token !== undefined) {
    world.launches.set(token, { request: requestOf(params), instanceIds: instances.map(({ id }) => id) });
  }
  for (const instance of instances) {
    changeState(world, instance, 'pending');
    boot(world, instance);
  }
  for (const instance of instances) putDevices(world, instance, devices);
  return renderReservation(world, instances);
}

/** Source: EC2 Developer Guide, "Ensuring idempotency in Amazon EC2 API requests". */
function checkToken(token: string | undefined): string | undefined {
  if (token === undefined || token === '') return undefined;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the rule is about ASCII as such
  if (token.length <= 64 && /^[\x00-\x7f]*$/.test(token)) return token;
  throw new ServiceError(
    'InvalidParameterValue',
    `Value (${token}) for parameter clientToken is invalid. A client token has at most 64 ASCII characters.`,
  );
}

function requestOf(params: Params): string {
  return canonicalQuery(params.node, ['ClientToken', 'DryRun']);
}

/** The same token and the same parameters are the same launch. */
function replayed(params: Params, world: Ec2World, token: string): readonly Instance[] | undefined {
  const launch = world.launches.get(token);
  if (launch === undefined) return undefined;
  if (launch.request !== requestOf(params)) {
    throw new ServiceError(
      'IdempotentParameterMismatch',
      `The client token '${token}' was used before, with other parameters. Repeat the request as it was, or use a new token.`,
    );
  }
  const instances = launch.instanceIds.flatMap((id) => world.instances.get(id) ?? []);
  const gone = instances.filter(({ state }) => state === 'terminated' || state === 'shutting-down');
  if (gone.length > 0 || instances.length < launch.instanceIds.length) {
    throw new ServiceError(
      'IdempotentInstanceTerminated',
      `The client token '${token}' belongs to an instance that is terminated (${launch.instanceIds.join(', ')}). Use a new token.`,
    );
  }
  return instances;
}

function launch(params: Params, world: Ec2World, token: string | undefined) {
  const asked = counted(params);
  const spec = requestedLaunch(params, world);
  const image = findImage(world, spec);
  const type = checkType(spec, image);
  const profile = checkProfile(world, spec);
  const place = planInterface(world, spec, asked.most);
  const count = roomFor(world, place.zone, asked);
  if (place.kind === 'new') checkFree(world, place.subnet, count);
  const devices = planDevices(world, spec, image, place.zone);
  const { random, clock } = world.context;
  const reservationId = resourceId(random, 'r');
  takeRoom(world, place.zone, count);
  const instances = Array.from({ length: count }, (_, launchIndex) => {
    const id = resourceId(random, 'i');
    const eni = putInterface(world, place, id, spec.tags.get('network-interface'));
    return world.instances.add({
      id,
      tags: new Map(spec.tags.get('instance')),
      reservationId,
      launchIndex,
      clientToken: token,
      imageId: image.id,
      architecture: image.architecture,
      type,
      keyName: spec.keyName,
      profile,
      userData: spec.userData,
      metadataTags: spec.metadataTags,
      metadataTokens: spec.metadataTokens,
      metadataHopLimit: spec.metadataHopLimit,
      terminationProtected: spec.terminationProtected,
      monitoring: spec.monitoring,
      ebsOptimized: spec.ebsOptimized,
      zone: eni.zone,
      subnetId: eni.subnetId,
      vpcId: eni.vpcId,
      privateIp: eni.privateIp,
      mac: eni.mac,
      interfaceId: eni.id,
      groups: eni.groups,
      rootDevice: image.rootDevice,
      launchedAt: clock.now(),
      state: 'pending',
      stateReason: undefined,
      terminatedAt: undefined,
      machine: 'none',
    });
  });
  return { instances, devices };
}

/** What the request and its launch template ask for together. @throws ServiceError */
export function requestedLaunch(params: Params, world: Ec2World): LaunchSpec {
  return parseLaunch(mergeLaunch(templateData(params, world), launchNode(params)));
}

function counted(params: Params): { readonly least: number; readonly most: number } {
  const [least, most] = [params.whole('MinCount'), params.whole('MaxCount')];
  if (least === undefined || most === undefined) {
    throw new ServiceError('MissingParameter', 'The request must contain the parameters MinCount and MaxCount');
  }
  if (least < 1 || most < least) throw params.invalid('MaxCount', `${least}..${most}`, '1 ≤ MinCount ≤ MaxCount');
  return { least, most };
}

/** The parameters that a template can carry too, and the two that only a request has. */
function launchNode(params: Params): Params['node'] {
  const names: readonly string[] = [...LAUNCH_PARAMETERS, 'SubnetId', 'PrivateIpAddress'];
  return { value: undefined, children: new Map([...params.node.children].filter(([name]) => names.includes(name))) };
}

function templateData(params: Params, world: Ec2World): Params['node'] | undefined {
  const named = params.struct('LaunchTemplate')?.allow(['LaunchTemplateId', 'LaunchTemplateName', 'Version']);
  return named && findVersion(findTemplate(named, world), named.text('Version')).data;
}

function findImage(world: Ec2World, { imageId }: LaunchSpec): Image {
  if (imageId === undefined) {
    throw new ServiceError(
      'MissingParameter',
      'The request must contain the parameter ImageId, itself or by its launch template',
    );
  }
  if (!/^ami-[0-9a-f]{8,17}$/.test(imageId)) {
    throw new ServiceError('InvalidAMIID.Malformed', `Invalid id: "${imageId}" (expecting "ami-...")`);
  }
  return existing(world.images.get(imageId), 'InvalidAMIID.NotFound', 'image id', imageId);
}

/** Families with a `g` after their generation, and a1, are Graviton. Source: EC2 instance type naming conventions. */
function checkType({ instanceType: type = 'm1.small' }: LaunchSpec, image: Image): string {
  const family = /^([a-z][a-z0-9-]*)\.[a-z0-9-]+$/.exec(type)?.[1];
  if (family === undefined) {
    throw new ServiceError('InvalidParameterValue', `Invalid value '${type}' for InstanceType.`);
  }
  const architecture = /^(a1|[a-z]+\d+g[a-z]*)$/.test(family) ? 'arm64' : 'x86_64';
  if (architecture !== image.architecture) {
    throw new ServiceError(
      'InvalidParameterValue',
      `The architecture '${architecture}' of the specified instance type '${type}' does not match the architecture '${image.architecture}' of the specified AMI ${image.id}. Specify an instance type and an AMI that have matching architectures.`,
    );
  }
  return type;
}

function checkProfile(world: Ec2World, { profile }: LaunchSpec): Instance['profile'] {
  if (profile === undefined) return undefined;
  const { name } = profile;
  if (world.instanceProfiles !== undefined && world.instanceProfiles.roleOf(name) === undefined) {
    throw new ServiceError(
      'InvalidParameterValue',
      `Value (${name}) for parameter iamInstanceProfile.name is invalid. Invalid IAM Instance Profile name, or it has no role`,
    );
  }
  return { name, arn: `arn:aws:iam::${world.context.account}:instance-profile/${name}` };
}

export const runInstancesActions: Ec2Actions = {
  RunInstances: {
    takes: [
      ...LAUNCH_PARAMETERS,
      'SubnetId',
      'PrivateIpAddress',
      'MinCount',
      'MaxCount',
      'ClientToken',
      'LaunchTemplate',
    ],
    run: runInstances,
  },
};
