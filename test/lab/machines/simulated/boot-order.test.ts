import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readBootOrder } from '../../../../lab/machines/simulated/boot-order.ts';
import { renderBoot } from '../../../../lib/flavors/boot.ts';
import { settingsHash } from '../../../../lib/spec/settings-hash.ts';
import type { CommittedSpec, GroupSpec } from '../../../../lib/spec/spec.ts';
import { defaultUpdate } from '../../../../lib/spec/update.ts';

const group: GroupSpec = {
  flavor: 'swarm-manager',
  allocation: { kind: 'logicalIds', logicalIds: ['10.0.0.10'] },
  instanceType: 't4g.small',
  ami: { source: { kind: 'id', imageId: 'ami-1' }, docker: 'preinstalled' },
  volume: { sizeGiB: 20, type: 'gp3' },
  labels: { disk: 'fast' },
  initCommands: ['echo vol-0123456789abcdef0'],
  update: defaultUpdate('logicalIds'),
};
const settings = { 'everswarm.settings': settingsHash(group) };
const committed: CommittedSpec = {
  version: 1,
  spec: {
    cluster: 'demo',
    network: { cidr: '10.0.0.0/16', zones: 3, subnetMask: 24 },
    groups: {
      managers: group,
      workers: {
        ...group,
        flavor: 'swarm-worker',
        allocation: { kind: 'size', size: 2 },
        ami: { ...group.ami, docker: 'install' },
      },
    },
  },
  deployment: { launchTemplates: {}, subnets: [] },
  images: {},
  committedAt: 0,
  committedBy: 'test',
};

test('a pet is told its volume, its logical ID and its labels', () => {
  const script = renderBoot({ committed, group: 'managers', logicalId: '10.0.0.10', volumeId: 'vol-0abc' });
  assert.deepEqual(readBootOrder(script), {
    volumeId: 'vol-0abc',
    docker: 'preinstalled',
    labels: { disk: 'fast', ...settings, 'everswarm.logical-id': '10.0.0.10' },
  });
});

test('cattle have no volume, whatever their commands say', () => {
  assert.deepEqual(readBootOrder(renderBoot({ committed, group: 'workers' })), {
    volumeId: undefined,
    docker: 'install',
    labels: { disk: 'fast', ...settings },
  });
});

test('without the line the script itself is searched', () => {
  const script =
    'disk=/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_vol0123456789abcdef0\n"everswarm.logical-id=10.0.0.10"';
  assert.deepEqual(readBootOrder(script), {
    volumeId: 'vol-0123456789abcdef0',
    docker: 'preinstalled',
    labels: { 'everswarm.logical-id': '10.0.0.10' },
  });
  assert.deepEqual(readBootOrder(''), { volumeId: undefined, docker: 'preinstalled', labels: {} });
});
