import assert from 'node:assert/strict';
import { DescribeLaunchTemplatesCommand, DescribeSubnetsCommand, RunInstancesCommand } from '@aws-sdk/client-ec2';
import { COMMAND_WAYS } from '../../../lab/region/permissions/machines.ts';
import { TAG } from '../../../lib/names.ts';
import type { DeployedWorld } from './deployed-world.ts';
import { type RoleStatement, takeAway } from './roles.ts';

const IMAGE = 'ami-0ec52023000000641';

/**
 * Agents of either age can take commands: new ones by one set of actions, older ones by another. Returns which of them
 * can't, on a machine that has the role.
 */
export async function speak(world: DeployedWorld, statement: RoleStatement): Promise<string | undefined> {
  const { directory, region } = world;
  const machine = await machineOf(world, statement.role);
  for (const [index, way] of COMMAND_WAYS.entries()) {
    // The other way's actions are what an agent of this age doesn't know.
    const others = COMMAND_WAYS.filter((other) => other !== way).flat();
    const undo = others.map(({ action }) => takeAway(directory, statement, action));
    const heard = region.inside.ssm.agents.admits(machine);
    for (const one of undo.reverse()) one();
    if (!heard) return `agents ${index === 0 ? 'from version 3.3.40 on' : 'before version 3.3.40'} are not heard`;
  }
  return undefined;
}

/** A machine of the group whose template gives it the role, started once. */
async function machineOf({ administrator, region, clock, directory }: DeployedWorld, role: string): Promise<string> {
  const before = region.ec2.instances().find(({ instanceId }) => region.host.metadata(instanceId)?.role === role);
  if (before !== undefined) return before.instanceId;
  const profile = directory.profiles().find((one) => one.role?.name === role);
  const { LaunchTemplates = [] } = await administrator.ec2.send(new DescribeLaunchTemplatesCommand({}));
  const { Subnets = [] } = await administrator.ec2.send(new DescribeSubnetsCommand({}));
  const template = LaunchTemplates.find(({ Tags }) => Tags?.some(({ Key }) => Key === TAG.cluster));
  const launched = await administrator.ec2.send(
    new RunInstancesCommand({
      LaunchTemplate: { LaunchTemplateId: template?.LaunchTemplateId },
      IamInstanceProfile: { Name: profile?.name },
      ImageId: IMAGE,
      InstanceType: 't4g.small',
      SubnetId: Subnets[0]?.SubnetId,
      MinCount: 1,
      MaxCount: 1,
    }),
  );
  await clock.advance(10_000);
  const id = launched.Instances?.[0]?.InstanceId;
  assert.ok(id !== undefined);
  return id;
}
