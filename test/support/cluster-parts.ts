import type { InterfaceSeen, VolumeSeen } from '../../lib/observe/observation.ts';
import type { LaunchRecord } from '../../lib/plan/records.ts';
import { MINUTE, zoneOfIp } from './cluster-spec.ts';

export function networkInterface(ip: string): InterfaceSeen {
  return {
    id: `eni-${ip}`,
    logicalId: ip,
    privateIp: ip,
    subnetId: `subnet-${Number(ip.split('.')[2]) % 3}`,
    zone: zoneOfIp(ip),
    status: 'available',
    attachedTo: undefined,
  };
}

export function volume(ip: string): VolumeSeen {
  return {
    id: `vol-${ip}`,
    logicalId: ip,
    zone: zoneOfIp(ip),
    state: 'available',
    attachedTo: undefined,
    attachment: undefined,
    mark: undefined,
  };
}

export function launchRecord(
  slot: string,
  group: string,
  instanceIds: readonly string[],
  launchedAt: number,
): LaunchRecord {
  return {
    slot,
    group,
    generation: 1,
    count: Math.max(1, instanceIds.length),
    request: {
      clientToken: 'token',
      launchTemplate: { id: 'lt', version: '1' },
      imageId: 'ami-1',
      instanceType: 't4g.small',
      userData: '',
      count: Math.max(1, instanceIds.length),
      placement: { kind: 'subnet', subnetId: 'subnet-0' },
      rootVolume: undefined,
      tags: {},
    },
    state: 'launched',
    instanceIds,
    intendedAt: launchedAt,
    launchedAt,
    confirmedAt: launchedAt + MINUTE,
    failures: 0,
    lastError: undefined,
  };
}
