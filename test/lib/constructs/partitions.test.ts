import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Key } from 'aws-cdk-lib/aws-kms';
import { addOutputs } from '../../../lib/constructs/outputs.ts';
import { SelfHealingSwarm } from '../../../lib/constructs/self-healing-swarm.ts';
import { declared, testApp } from './synth.ts';

/** Everything that names something of AWS, in a fixed environment and private: ARNs, endpoints, service principals. */
function textOf(region: string): string {
  const stack = new Stack(testApp(), 'Test', { env: { account: '111122223333', region } });
  const volumeKey = new Key(stack, 'Key');
  const swarm = new SelfHealingSwarm(stack, 'Swarm', { spec: declared(), privateSubnets: true, volumeKey });
  swarm.grantOperate(swarm.roleOf('swarm-manager'));
  addOutputs(stack, swarm);
  return JSON.stringify(Template.fromStack(stack).toJSON());
}

/** The Region is where the stack is said to be; no other may be named. */
const REGION = /\b(?:[a-z]{2}|us-gov)-(?:north|south|east|west|central)\w*-\d\b/g;

for (const [partition, region] of [
  ['aws-cn', 'cn-north-1'],
  ['aws-us-gov', 'us-gov-west-1'],
  ['aws', 'eu-central-2'],
] as const) {
  test(`${partition}: every ARN is of the partition, and no Region but ${region} is named`, () => {
    const text = textOf(region);
    if (partition !== 'aws') assert.doesNotMatch(text, /arn:aws:/);
    const partitions = [...text.matchAll(/arn:(aws[a-z-]*):/g)].map(([, name]) => name);
    assert.deepEqual(
      [...new Set(partitions)].filter((name) => name !== partition),
      [],
    );
    // Else nothing would have been looked at: either literals, or a reference to the partition.
    assert.ok(partitions.length > 5 || text.includes('AWS::Partition'));
    const regions = new Set([...text.matchAll(REGION)].map(([name]) => name));
    assert.deepEqual(
      [...regions].filter((name) => name !== region),
      [],
    );
  });
}

test('the endpoints of Systems Manager have the names that China gives them', () => {
  const text = textOf('cn-north-1');
  assert.match(text, /"com\.amazonaws\.cn-north-1\.ssm"/);
  assert.match(text, /"com\.amazonaws\.cn-north-1\.ssmmessages"/);
});
