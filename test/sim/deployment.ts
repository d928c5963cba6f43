import { addInterface } from '../../lab/region/ec2/interfaces.ts';
import type { Volume } from '../../lab/region/ec2/model.ts';
import { addSecurityGroup } from '../../lab/region/ec2/security-groups.ts';
import { addVolume } from '../../lab/region/ec2/volumes.ts';
import { resourceId } from '../../lab/region/ids.ts';
import type { Region } from '../../lab/region/region.ts';
import { type DocumentContent, parseDocument } from '../../lab/region/ssm/document.ts';
import { parseQuery } from '../../lab/region/wire/query.ts';
import { documentContent } from '../../lib/flavors/documents.ts';
import { DOCUMENTS, documentName, TAG } from '../../lib/names.ts';
import type { ClusterSpec, CommittedSpec } from '../../lib/spec/spec.ts';

/** What `cdk deploy` builds, written straight into the region's books. */
export function deploy(region: Region, spec: ClusterSpec): Omit<CommittedSpec, 'version'> {
  const { ec2, ssm } = region.inside;
  const { random, clock, zones } = region.context;
  const tags = new Map([[TAG.cluster, spec.cluster]]);
  const vpc = ec2.vpcs.add({
    id: resourceId(random, 'vpc'),
    tags,
    cidr: spec.network.cidr,
    dnsHostnames: true,
    dnsSupport: true,
  });
  const group = addSecurityGroup(ec2, vpc, { name: 'members', description: 'members', tags, open: true });
  const subnets = zones.slice(0, spec.network.zones).map((zone, index) =>
    ec2.subnets.add({
      id: resourceId(random, 'subnet'),
      tags,
      vpcId: vpc.id,
      zone,
      cidr: subnetCidr(spec.network, index),
      mapPublicIp: true,
    }),
  );
  for (const name of DOCUMENTS) {
    const content = contentOf(spec.cluster, name);
    const full = documentName(spec.cluster, name);
    ssm.documents.set(full, {
      name: full,
      owner: region.context.account,
      tags: new Map(tags),
      defaultVersion: 1,
      versions: [{ version: 1, versionName: undefined, createdAt: clock.now(), format: 'JSON', text: '', content }],
    });
  }
  const launchTemplates: Record<string, { id: string; version: string }> = {};
  const images: Record<string, { imageId: string; rootDeviceName: string }> = {};
  for (const [name, { allocation }] of Object.entries(spec.groups)) {
    const template = ec2.templates.add({
      id: resourceId(random, 'lt'),
      tags,
      name: `${spec.cluster}-${name}`,
      createdAt: clock.now(),
      defaultVersion: 1,
      versions: [
        {
          number: 1,
          description: undefined,
          createdAt: clock.now(),
          data: parseQuery(allocation.kind === 'size' ? `${METADATA}&SecurityGroupId.1=${group.id}` : METADATA),
        },
      ],
    });
    launchTemplates[name] = { id: template.id, version: '1' };
    images[name] = { imageId: IMAGE, rootDeviceName: '/dev/xvda' };
    if (allocation.kind !== 'logicalIds') continue;
    for (const logicalId of allocation.logicalIds) addIdentity(region, spec, name, logicalId);
  }
  return {
    spec,
    deployment: { launchTemplates, subnets: subnets.map(({ id, zone, cidr }) => ({ id, zone, cidr })) },
    images,
    committedAt: clock.now(),
    committedBy: 'simulation',
  };
}

/** The n-th block of the subnets' size in the VPC's, as CloudFormation's `Fn::Cidr` cuts them. */
function subnetCidr({ cidr, subnetMask }: ClusterSpec['network'], index: number): string {
  const [base = ''] = cidr.split('/');
  const number = base.split('.').reduce((sum, part) => sum * 256 + Number(part), 0) + index * 2 ** (32 - subnetMask);
  return `${[24, 16, 8, 0].map((bits) => Math.floor(number / 2 ** bits) % 256).join('.')}/${subnetMask}`;
}

/** The interface and the volume of a logical ID. */
export function addIdentity(region: Region, spec: ClusterSpec, name: string, logicalId: string): void {
  const { ec2 } = region.inside;
  const [subnet] = ec2.subnets.filter(({ cidr }) => cidr.startsWith(logicalId.replace(/\.\d+$/, '.')));
  const [group] = ec2.groups.filter((one) => one.name === 'members');
  if (subnet === undefined || group === undefined) throw new Error(`${logicalId} is in no subnet`);
  const tags = new Map([
    [TAG.cluster, spec.cluster],
    [TAG.group, name],
    [TAG.logicalId, logicalId],
  ]);
  addInterface(ec2, { subnet, privateIp: logicalId, groups: [group.id], description: logicalId, tags });
  addStateVolume(region, subnet.zone, spec.groups[name]?.volume.sizeGiB ?? 30, tags);
}

/** A blank state volume. */
export function addStateVolume(region: Region, zone: string, size: number, tags: ReadonlyMap<string, string>): Volume {
  return addVolume(region.inside.ec2, {
    size,
    type: 'gp3',
    zone,
    encrypted: true,
    kmsKeyId: undefined,
    iops: undefined,
    throughput: undefined,
    backing: 'fleet',
    tags: new Map(tags),
  });
}

/** Amazon Linux 2023 for arm64, as the lab knows it. */
const IMAGE = 'ami-0ec52023000000641';
const METADATA = 'MetadataOptions.HttpTokens=required&MetadataOptions.InstanceMetadataTags=enabled';

const contents = new Map<string, DocumentContent>();

function contentOf(cluster: string, key: (typeof DOCUMENTS)[number]): DocumentContent {
  const name = documentName(cluster, key);
  const content = contents.get(name) ?? parseDocument(JSON.stringify(documentContent(cluster, key)), 'JSON');
  contents.set(name, content);
  return content;
}
