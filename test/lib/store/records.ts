import type { LaunchRecord } from '../../../lib/plan/records.ts';
import type { CommittedSpec } from '../../../lib/spec/spec.ts';
import { wholeSpec } from '../spec/samples.ts';

export function launchRecord(slot: string, change: Partial<LaunchRecord> = {}): LaunchRecord {
  return {
    slot,
    group: 'managers',
    generation: 1,
    count: 1,
    request: {
      clientToken: 'token',
      launchTemplate: { id: 'lt-1', version: '1' },
      imageId: 'ami-1',
      instanceType: 't4g.small',
      userData: '#!/bin/bash\n',
      count: 1,
      placement: { kind: 'interface', interfaceId: 'eni-1', volumeId: 'vol-1' },
      rootVolume: { deviceName: '/dev/xvda', sizeGiB: undefined, type: 'gp3' },
      tags: { Name: 'one' },
    },
    state: 'intended',
    instanceIds: [],
    intendedAt: 1,
    launchedAt: undefined,
    confirmedAt: undefined,
    failures: 0,
    lastError: undefined,
    earlier: [],
    ...change,
  };
}

export function nextSpec(committedBy = 'test'): Omit<CommittedSpec, 'version'> {
  return {
    spec: wholeSpec(),
    deployment: {
      launchTemplates: { managers: { id: 'lt-1', version: '1' }, workers: { id: 'lt-2', version: '3' } },
      subnets: [{ id: 'subnet-1', zone: 'us-east-1a', cidr: '10.42.0.0/24' }],
    },
    images: { managers: { imageId: 'ami-1', rootDeviceName: '/dev/xvda' } },
    committedAt: 1_790_000_000_000,
    committedBy,
  };
}
