import assert from 'node:assert/strict';
import { EC2 } from '@aws-sdk/client-ec2';
import { SSM } from '@aws-sdk/client-ssm';
import { createRegion } from '../../../../lab/region/region.ts';
import type { BusEvent } from '../../../../lab/region/service.ts';
import type { RegionSettings } from '../../../../lab/region/settings.ts';
import { createVirtualClock } from '../../../../lab/sim/clock.ts';
import { seededRandom } from '../../../../lab/sim/random.ts';
import { FakeFleet } from './fake-fleet.ts';

export const START = Date.UTC(2026, 0, 1);
export const AMI = 'ami-0a120230000000641';

/** A region in virtual time with real SDK clients on it. */
export function labRegion(settings: Partial<RegionSettings> = {}) {
  const clock = createVirtualClock(START);
  const fleet = new FakeFleet();
  const zones = ['us-east-1a', 'us-east-1b', 'us-east-1c'];
  const context = { clock, random: seededRandom(1), account: '123456789012', region: 'us-east-1', zones };
  const region = createRegion({ context, settings, fleet });
  const client = {
    region: 'us-east-1',
    credentials: { accessKeyId: 'TEST', secretAccessKey: 'TEST' },
    requestHandler: region.requestHandler(),
    maxAttempts: 1,
  };
  const events: BusEvent[] = [];
  region.onEvent((event) => events.push(event));
  return { region, clock, fleet, events, client, ec2: new EC2(client), ssm: new SSM(client) };
}

export type Lab = ReturnType<typeof labRegion>;

/** The error code of a call that must fail. */
export async function codeOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
  } catch (error) {
    assert.ok(error instanceof Error);
    return error.name;
  }
  return assert.fail('the call succeeded');
}

/** `value`, which must be there. */
export function given<T>(value: T | undefined): T {
  assert.ok(value !== undefined);
  return value;
}

/** A VPC with an internet gateway and a subnet in the first two zones. */
export async function network({ ec2 }: Lab) {
  const vpc = given((await ec2.createVpc({ CidrBlock: '10.0.0.0/16' })).Vpc);
  const gateway = given((await ec2.createInternetGateway({})).InternetGateway);
  const InternetGatewayId = given(gateway.InternetGatewayId);
  const VpcId = given(vpc.VpcId);
  await ec2.attachInternetGateway({ InternetGatewayId, VpcId });
  const subnets: string[] = [];
  for (const [index, zone] of ['us-east-1a', 'us-east-1b'].entries()) {
    const made = await ec2.createSubnet({ VpcId, CidrBlock: `10.0.${index}.0/24`, AvailabilityZone: zone });
    subnets.push(given(made.Subnet?.SubnetId));
  }
  return { vpcId: VpcId, gatewayId: InternetGatewayId, subnetA: given(subnets[0]), subnetB: given(subnets[1]) };
}

export const SMALL = { ImageId: AMI, InstanceType: 't4g.small', MinCount: 1, MaxCount: 1 } as const;

/** One running instance in the subnet. */
export async function launched(lab: Lab, subnetId: string): Promise<string> {
  const answer = await lab.ec2.runInstances({ ...SMALL, SubnetId: subnetId });
  await lab.region.idle();
  return given(answer.Instances?.[0]?.InstanceId);
}

export async function stateOf({ ec2 }: Lab, instanceId: string): Promise<string | undefined> {
  const answer = await ec2.describeInstances({ InstanceIds: [instanceId] });
  return answer.Reservations?.[0]?.Instances?.[0]?.State?.Name;
}
