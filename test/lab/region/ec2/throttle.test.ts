import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { codeOf, given, labRegion, SMALL } from '../support/lab-region.ts';

/** How many of these calls in a row are answered. */
async function answered(call: () => Promise<unknown>): Promise<number> {
  for (let count = 0; ; count += 1) {
    try {
      await call();
    } catch (error) {
      assert.ok(error instanceof Error);
      assert.equal(error.name, 'RequestLimitExceeded');
      return count;
    }
  }
}

async function throttled() {
  const lab = labRegion({ throttle: 'published' });
  const VpcId = given((await lab.ec2.createVpc({ CidrBlock: '10.0.0.0/16' })).Vpc?.VpcId);
  const subnet = await lab.ec2.createSubnet({ VpcId, CidrBlock: '10.0.0.0/20', AvailabilityZone: 'us-east-1a' });
  const SubnetId = given(subnet.Subnet?.SubnetId);
  const launch = async (MaxCount: number) => {
    const { Instances } = await lab.ec2.runInstances({ ...SMALL, SubnetId, MaxCount });
    return (Instances ?? []).map(({ InstanceId }) => given(InstanceId));
  };
  return { lab, launch };
}

describe("EC2's published limits", () => {
  it('let five launches through at once, then two a second', async () => {
    const { lab, launch } = await throttled();
    assert.equal(await answered(() => launch(1)), 5);
    await lab.clock.advance(1000);
    assert.equal(await answered(() => launch(1)), 2);
  });

  it('let 1,000 instances through at once, then two a second; what is refused takes nothing', async () => {
    const { lab, launch } = await throttled();
    const ids = [...(await launch(600)), ...(await launch(400))];
    assert.equal(ids.length, 1000);
    await lab.clock.advance(2000);
    assert.equal(await codeOf(launch(5)), 'RequestLimitExceeded');
    assert.equal((await launch(4)).length, 4);
    assert.equal(await codeOf(launch(1)), 'RequestLimitExceeded');
    await lab.region.idle();
    await lab.ec2.terminateInstances({ InstanceIds: ids });
    assert.equal(await codeOf(lab.ec2.terminateInstances({ InstanceIds: ids.slice(0, 1) })), 'RequestLimitExceeded');
  });

  it('give reads that are neither filtered nor paginated a smaller bucket of their own', async () => {
    const { lab } = await throttled();
    assert.equal(await answered(() => lab.ec2.describeInstances({})), 50);
    assert.equal(await answered(() => lab.ec2.describeInstances({ MaxResults: 1000 })), 100);
    await lab.clock.advance(1000);
    assert.equal(await answered(() => lab.ec2.describeInstances({})), 10);
    assert.equal(await answered(() => lab.ec2.describeVpcs({})), 100);
  });
});

describe('a long list', () => {
  it('comes in pages of 1,000, asked for or not', async () => {
    const { lab, launch } = await throttled();
    await launch(1000);
    await lab.clock.advance(500_000);
    await launch(1);
    const count = (answer: { Reservations?: { Instances?: unknown[] }[] }) =>
      answer.Reservations?.flatMap(({ Instances }) => Instances ?? []).length;
    for (const page of [{}, { MaxResults: 1000 }]) {
      const first = await lab.ec2.describeInstances(page);
      assert.equal(count(first), 1000);
      const rest = await lab.ec2.describeInstances({ ...page, NextToken: given(first.NextToken) });
      assert.deepEqual([count(rest), rest.NextToken], [1, undefined]);
    }
  });
});
