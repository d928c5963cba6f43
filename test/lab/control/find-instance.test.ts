import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { findInstance } from '../../../lab/control/find-instance.ts';
import type { InstanceSummary } from '../../../lab/region/ec2/controls.ts';

function instance(
  instanceId: string,
  privateIp: string,
  group: string,
  state: InstanceSummary['state'] = 'running',
): InstanceSummary {
  const tags = { 'everswarm:group': group, Name: `demo-${group}-${privateIp}` };
  return { instanceId, privateIp, state, tags, zone: 'us-east-1a', launchedAt: 0, volumeIds: [] };
}

const INSTANCES = [
  instance('i-0a1', '10.42.0.10', 'managers', 'terminated'),
  instance('i-0a2', '10.42.0.10', 'managers'),
  instance('i-0b1', '10.42.1.10', 'managers'),
  instance('i-0c1', '10.42.1.20', 'workers'),
];

describe('findInstance', () => {
  it('finds a live instance by id, address, or the beginning of a name that is its alone', () => {
    assert.equal(findInstance(INSTANCES, 'i-0a2').instanceId, 'i-0a2');
    assert.equal(findInstance(INSTANCES, '10.42.0.10').instanceId, 'i-0a2');
    assert.equal(findInstance(INSTANCES, 'i-0b').instanceId, 'i-0b1');
    assert.equal(findInstance(INSTANCES, 'work').instanceId, 'i-0c1');
    assert.equal(findInstance(INSTANCES, 'demo-managers-10.42.1').instanceId, 'i-0b1');
  });

  it('refuses what is not one live instance, and says what there is', () => {
    assert.throws(
      () => findInstance(INSTANCES, 'i-0a1'),
      /no live instance is "i-0a1"; there are i-0a2 \(10\.42\.0\.10\), i-0b1/,
    );
    assert.throws(
      () => findInstance(INSTANCES, 'managers'),
      /can be any of several instances; there are i-0a2 .*i-0b1/,
    );
    assert.throws(() => findInstance([], 'x'), { code: 'InstanceReference' });
  });
});
