import { TAG } from '../../lib/names.ts';
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

/** Of a machine without an address of its own: what its subnet gave it, another one for each. */
export function givenIp(instanceId: string): string {
  const number = Number.parseInt(instanceId.slice(-4), 16);
  return `10.42.${100 + (number >> 8)}.${number & 255}`;
}

export function volume(ip: string): VolumeSeen {
  return {
    id: `vol-${ip}`,
    createdAt: 0,
    logicalId: ip,
    zone: zoneOfIp(ip),
    state: 'available',
    attachedTo: undefined,
    attachment: undefined,
    mark: undefined,
  };
}

/** A launch that is over, and was confirmed a minute later. @param configHash of the configuration it asked for */
export function launchRecord(
  slot: string,
  group: string,
  instanceIds: readonly string[],
  launchedAt: number,
  configHash?: string,
): LaunchRecord {
  const [, logicalId] = slot.split('pet/');
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
      placement:
        logicalId === undefined
          ? { kind: 'subnet', subnetId: 'subnet-0' }
          : { kind: 'interface', interfaceId: `eni-${logicalId}`, volumeId: `vol-${logicalId}` },
      rootVolume: undefined,
      tags: configHash === undefined ? {} : { [TAG.configHash]: configHash },
    },
    state: 'launched',
    instanceIds,
    intendedAt: launchedAt,
    launchedAt,
    confirmedAt: launchedAt + MINUTE,
    failures: 0,
    lastError: undefined,
    earlier: [],
  };
}
