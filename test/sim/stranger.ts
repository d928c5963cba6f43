import { resourceId } from '../../lab/region/ids.ts';
import type { Region } from '../../lab/region/region.ts';
import { TAG } from '../../lib/names.ts';

/** A running instance of another cluster in the same account and network, which looks much like a worker of ours. */
export function addStranger(region: Region, group: string): void {
  const { ec2 } = region.inside;
  const { random, clock } = region.context;
  const [subnet] = ec2.subnets.filter(() => true);
  const [image] = ec2.images.filter(() => true);
  if (subnet === undefined || image === undefined) throw new Error('the region has no subnet or image yet');
  ec2.instances.add({
    id: resourceId(random, 'i'),
    tags: new Map([
      [TAG.cluster, 'somebody-elses'],
      [TAG.group, group],
    ]),
    reservationId: resourceId(random, 'r'),
    launchIndex: 0,
    clientToken: undefined,
    imageId: image.id,
    architecture: image.architecture,
    type: 't4g.small',
    keyName: undefined,
    profile: undefined,
    userData: '',
    metadataTags: false,
    metadataTokens: 'required',
    metadataHopLimit: 1,
    terminationProtected: false,
    monitoring: false,
    ebsOptimized: false,
    zone: subnet.zone,
    subnetId: subnet.id,
    vpcId: subnet.vpcId,
    privateIp: '10.42.0.200',
    mac: '02:00:00:00:00:c8',
    interfaceId: '',
    groups: [],
    rootDevice: image.rootDevice,
    launchedAt: clock.now(),
    state: 'running',
    stateReason: undefined,
    terminatedAt: undefined,
    machine: 'none',
  });
}
