import type { CredentialBook, TemporaryCredentials } from '../credentials.ts';
import { roleOf } from '../ec2/directory.ts';
import { privateName, publicAddress } from '../ec2/interfaces.ts';
import type { Instance } from '../ec2/model.ts';
import type { Ec2World } from '../ec2/world.ts';
import { zoneId } from '../ec2/zones.ts';

/** A directory's children or a file's content; a file may be made when it is read. */
export type MetadataNode = string | (() => string) | MetadataTree;
export interface MetadataTree {
  readonly [name: string]: MetadataNode;
}

/** Gives an instance its credentials; the same ones until they are near their end. */
export type CredentialsOf = (instance: Instance, role: string) => TemporaryCredentials;

/** Renewed five minutes before they end, as IMDS does. */
const RENEW_MILLISECONDS = 5 * 60_000;

export function credentialsOf(world: Ec2World, book: CredentialBook): CredentialsOf {
  const issued = new Map<string, TemporaryCredentials>();
  return (instance, role) => {
    const key = `${instance.id}/${role}`;
    const before = issued.get(key);
    if (before !== undefined && before.expiresAt - world.context.clock.now() > RENEW_MILLISECONDS) return before;
    const fresh = book.issue({ kind: 'instance', name: instance.id, role }, world.settings.credentialsMilliseconds);
    issued.set(key, fresh);
    return fresh;
  };
}

/** Everything below `/latest`. Source: EC2 User Guide, "Instance metadata categories". */
export function metadataTree(world: Ec2World, instance: Instance, credentials: CredentialsOf): MetadataTree {
  return {
    dynamic: { 'instance-identity': { document: () => identityDocument(world, instance) } },
    'meta-data': metaData(world, instance, credentials),
    ...(instance.userData === ''
      ? {}
      : { 'user-data': () => Buffer.from(instance.userData, 'base64').toString('utf8') }),
  };
}

function metaData(world: Ec2World, instance: Instance, credentials: CredentialsOf): MetadataTree {
  const eni = world.interfaces.find(({ attachment }) => attachment?.instanceId === instance.id);
  const publicIp = eni && publicAddress(world, eni);
  const name = privateName(world, instance.privateIp);
  const groups = instance.groups.map((id) => world.groups.get(id)?.name ?? id).join('\n');
  const subnet = world.subnets.get(instance.subnetId);
  const vpc = world.vpcs.get(instance.vpcId);
  const publicParts: MetadataTree = publicIp === undefined ? {} : { 'public-ipv4': publicIp };
  const tags: MetadataTree = instance.metadataTags ? { tags: { instance: Object.fromEntries(instance.tags) } } : {};
  const card: MetadataTree = {
    'device-number': '0',
    'interface-id': eni?.id ?? '',
    'local-hostname': name,
    'local-ipv4s': instance.privateIp,
    mac: instance.mac,
    'owner-id': world.context.account,
    ...(publicIp === undefined ? {} : { 'public-ipv4s': publicIp }),
    'security-group-ids': instance.groups.join('\n'),
    'security-groups': groups,
    'subnet-id': instance.subnetId,
    'subnet-ipv4-cidr-block': subnet?.cidr ?? '',
    'vpc-id': instance.vpcId,
    'vpc-ipv4-cidr-block': vpc?.cidr ?? '',
    'vpc-ipv4-cidr-blocks': vpc?.cidr ?? '',
  };
  return {
    'ami-id': instance.imageId,
    'ami-launch-index': String(instance.launchIndex),
    'ami-manifest-path': '(unknown)',
    'block-device-mapping': { ami: instance.rootDevice, root: instance.rootDevice },
    hostname: name,
    ...iam(world, instance, credentials),
    'instance-action': 'none',
    'instance-id': instance.id,
    'instance-life-cycle': 'on-demand',
    'instance-type': instance.type,
    'local-hostname': name,
    'local-ipv4': instance.privateIp,
    mac: instance.mac,
    network: { interfaces: { macs: { [instance.mac]: card } } },
    placement: {
      'availability-zone': instance.zone,
      'availability-zone-id': zoneId(world, instance.zone),
      region: world.context.region,
    },
    profile: 'default-hvm',
    ...publicParts,
    'reservation-id': instance.reservationId,
    'security-groups': groups,
    services: { domain: 'amazonaws.com', partition: 'aws' },
    ...tags,
  };
}

function iam(world: Ec2World, instance: Instance, credentials: CredentialsOf): MetadataTree {
  const role = roleOf(world, instance);
  if (instance.profile === undefined || role === undefined) return {};
  const { arn, name } = instance.profile;
  const updated = () => new Date(world.context.clock.now()).toISOString();
  return {
    iam: {
      info: () =>
        JSON.stringify({ Code: 'Success', LastUpdated: updated(), InstanceProfileArn: arn, InstanceProfileId: name }),
      'security-credentials': {
        [role]: () => {
          const given = credentials(instance, role);
          return JSON.stringify({
            Code: 'Success',
            LastUpdated: new Date(given.issuedAt).toISOString(),
            Type: 'AWS-HMAC',
            AccessKeyId: given.accessKeyId,
            SecretAccessKey: given.secretAccessKey,
            Token: given.sessionToken,
            Expiration: new Date(given.expiresAt).toISOString(),
          });
        },
      },
    },
  };
}

function identityDocument(world: Ec2World, instance: Instance): string {
  return JSON.stringify({
    accountId: world.context.account,
    architecture: instance.architecture,
    availabilityZone: instance.zone,
    imageId: instance.imageId,
    instanceId: instance.id,
    instanceType: instance.type,
    pendingTime: new Date(instance.launchedAt).toISOString(),
    privateIp: instance.privateIp,
    region: world.context.region,
    version: '2017-09-30',
  });
}
