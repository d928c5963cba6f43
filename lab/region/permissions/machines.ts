import type { SsmWorld } from '../ssm/store.ts';
import { anywhere, arn, type Check } from './check.ts';
import { parameterCheck } from './ssm.ts';

/** Answers for the machine's role. */
export type PermitsInstance = (instanceId: string, check: Check) => boolean;

const all = (...names: readonly string[]): readonly Check[] => names.map((name) => anywhere(name));

/**
 * The two ways in which an agent gets its commands, in the order in which it tries them, and what it needs for each.
 * Agents from version 3.3.40 on take the first where they may.
 * Source: https://docs.aws.amazon.com/systems-manager/latest/userguide/systems-manager-setting-up-messageAPIs.html
 */
export const COMMAND_WAYS: readonly (readonly Check[])[] = [
  all(
    'ssmmessages:CreateControlChannel',
    'ssmmessages:CreateDataChannel',
    'ssmmessages:OpenControlChannel',
    'ssmmessages:OpenDataChannel',
  ),
  all(
    'ec2messages:AcknowledgeMessage',
    'ec2messages:DeleteMessage',
    'ec2messages:FailMessage',
    'ec2messages:GetEndpoint',
    'ec2messages:GetMessages',
    'ec2messages:SendReply',
  ),
];

/**
 * Machines reach Systems Manager past the API in the lab: their agents, and simulated ones also Parameter Store. Here
 * that is judged as the calls it stands for.
 * @returns the way to let everybody in again
 */
export function guardMachines(world: SsmWorld, permits: PermitsInstance): () => void {
  world.agents.admits = (instanceId) => {
    const machine = arn(world.context, 'ec2', `instance/${instanceId}`);
    const register = { action: 'ssm:UpdateInstanceInformation', resource: machine, context: {} };
    if (!permits(instanceId, register)) return false;
    return COMMAND_WAYS.some((way) => way.every((check) => permits(instanceId, check)));
  };
  world.permitsParameter = (instanceId, action, name) =>
    permits(
      instanceId,
      parameterCheck(world, action, name, action === 'ssm:PutParameter' ? { 'ssm:Overwrite': 'true' } : {}),
    );
  return () => {
    world.agents.admits = () => true;
    world.permitsParameter = () => true;
  };
}
