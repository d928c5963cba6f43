import { settingsHash } from '../../lib/spec/settings-hash.ts';
import type { CommittedSpec, GroupSpec } from '../../lib/spec/spec.ts';
import { defaultUpdate } from '../../lib/spec/update.ts';

export const NOW = Date.parse('2026-01-02T03:04:05Z');
export const MINUTE = 60_000;
export const MANAGER_IPS = ['10.42.0.10', '10.42.1.10', '10.42.2.10'] as const;
export const ZONES = ['us-east-1a', 'us-east-1b', 'us-east-1c'] as const;
export const CLUSTER_ID = 'cl1';

/** `i-` and 17 digits; each number another instance. */
export function instanceId(number: number): string {
  return `i-${number.toString(16).padStart(17, '0')}`;
}

const BASE: Omit<GroupSpec, 'flavor' | 'allocation' | 'update'> = {
  instanceType: 't4g.small',
  ami: { source: { kind: 'id', imageId: 'ami-1' }, docker: 'preinstalled' },
  volume: { sizeGiB: 20, type: 'gp3' },
  labels: {},
  initCommands: [],
};

/** What engines say of their settings: both groups of `committed` have the same. */
export const SETTINGS = settingsHash(BASE);

export function committed(
  options: { readonly managers?: readonly string[]; readonly workers?: number } = {},
): CommittedSpec {
  return {
    version: 1,
    spec: {
      cluster: 'demo',
      network: { cidr: '10.42.0.0/16', zones: 3, subnetMask: 24 },
      groups: {
        managers: {
          ...BASE,
          flavor: 'swarm-manager',
          allocation: { kind: 'logicalIds', logicalIds: options.managers ?? MANAGER_IPS },
          update: defaultUpdate('logicalIds'),
        },
        workers: {
          ...BASE,
          flavor: 'swarm-worker',
          allocation: { kind: 'size', size: options.workers ?? 2 },
          update: defaultUpdate('size'),
        },
      },
    },
    deployment: {
      launchTemplates: { managers: { id: 'lt-m', version: '1' }, workers: { id: 'lt-w', version: '1' } },
      subnets: ZONES.map((zone, index) => ({ id: `subnet-${index}`, zone, cidr: `10.42.${index}.0/24` })),
    },
    images: {
      managers: { imageId: 'ami-1', rootDeviceName: '/dev/xvda' },
      workers: { imageId: 'ami-1', rootDeviceName: '/dev/xvda' },
    },
    committedAt: NOW - 60 * MINUTE,
    committedBy: 'test',
  };
}

export function zoneAt(index: number): string {
  return ZONES[index % ZONES.length] ?? ZONES[0];
}

export function zoneOfIp(ip: string): string {
  return zoneAt(Number(ip.split('.')[2]));
}
