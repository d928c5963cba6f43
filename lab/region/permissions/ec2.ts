import { tagsByType } from '../ec2/tags.ts';
import type { Ec2World } from '../ec2/world.ts';
import { Params, parseQuery } from '../wire/query.ts';
import { anywhere, type Check, type Context, requestTags } from './check.ts';
import { launchChecks, type Profiles } from './ec2-launch.ts';
import { type Ec2Type, ec2Arn, factsOf } from './ec2-resources.ts';
import { tagAtCreation, taggingChecks } from './ec2-tagging.ts';

/** Resources that an action names, by the parameter that names them. */
interface Named {
  readonly parameter: string;
  readonly type: Ec2Type;
}
/** Resources that an action makes. */
interface Made {
  readonly makes: Ec2Type;
  readonly facts: (params: Params) => Context;
}

const NO_FACTS = (): Context => ({});
const on = (parameter: string, type: Ec2Type): Named => ({ parameter, type });
const making = (makes: Ec2Type, facts: Made['facts'] = NO_FACTS): Made => ({ makes, facts });

const INSTANCES = [on('InstanceId', 'instance')];
const ON_ATTACHMENT = [on('VolumeId', 'volume'), on('InstanceId', 'instance')];

/**
 * Which resources each action is judged by. What stands here is what a role of this project could have a use for, or a
 * thief of its credentials: any other action is judged as one without resources, and so allowed by `*` only.
 * Source: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
 */
const ACTIONS: Readonly<Record<string, readonly (Named | Made)[]>> = {
  AttachNetworkInterface: [...INSTANCES, on('NetworkInterfaceId', 'network-interface')],
  AttachVolume: ON_ATTACHMENT,
  CreateSnapshot: [on('VolumeId', 'volume'), making('snapshot')],
  CreateVolume: [on('SnapshotId', 'snapshot'), making('volume', volumeWish)],
  DeleteLaunchTemplate: [on('LaunchTemplateId', 'launch-template')],
  DeleteNetworkInterface: [on('NetworkInterfaceId', 'network-interface')],
  DeleteSecurityGroup: [on('GroupId', 'security-group')],
  DeleteSnapshot: [on('SnapshotId', 'snapshot')],
  DeleteVolume: [on('VolumeId', 'volume')],
  DetachVolume: ON_ATTACHMENT,
  ModifyInstanceAttribute: INSTANCES,
  ModifyVolume: [on('VolumeId', 'volume')],
  RebootInstances: INSTANCES,
  StartInstances: INSTANCES,
  StopInstances: INSTANCES,
  TerminateInstances: INSTANCES,
};

export function ec2Checks(world: Ec2World, profiles: Profiles, action: string, body: string): readonly Check[] {
  const params = new Params(parseQuery(body));
  if (action === 'RunInstances') return launchChecks(world, profiles, params);
  if (action === 'CreateTags' || action === 'DeleteTags') return taggingChecks(world, action, params);
  const parts = ACTIONS[action];
  if (parts === undefined) return [anywhere(`ec2:${action}`)];
  return parts.flatMap((part) =>
    'makes' in part ? madeChecks(world, action, part, params) : namedChecks(world, action, part, params),
  );
}

function namedChecks(world: Ec2World, action: string, { parameter, type }: Named, params: Params): Check[] {
  const single = params.text(parameter);
  const ids = single === undefined ? params.texts(parameter) : [single];
  return ids.map((id) => ({
    action: `ec2:${action}`,
    resource: ec2Arn(world, type, id),
    context: factsOf(world, type, id),
  }));
}

function madeChecks(world: Ec2World, action: string, { makes, facts }: Made, params: Params): Check[] {
  const tags = tagsByType(params, [makes]).get(makes) ?? new Map();
  const resource = ec2Arn(world, makes, '*');
  const context = { ...facts(params), ...requestTags(tags) };
  const made = { action: `ec2:${action}`, resource, context };
  return tags.size === 0 ? [made] : [made, tagAtCreation(resource, action, context)];
}

function volumeWish(params: Params): Context {
  const [size, type] = [params.text('Size'), params.text('VolumeType')];
  return {
    'ec2:AvailabilityZone': params.text('AvailabilityZone') ?? '',
    'ec2:Encrypted': String(params.flag('Encrypted') ?? false),
    'ec2:VolumeType': type ?? 'gp2',
    ...(size !== undefined && { 'ec2:VolumeSize': size }),
  };
}
