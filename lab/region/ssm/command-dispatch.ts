import type { AgentResult } from '../../machines/host.ts';
import { ServiceError } from '../protocol/service-error.ts';
import { type Command, commandStatus, type Invocation, settle, statusOf } from './command.ts';
import type { SsmWorld } from './store.ts';

/** Gives an instance what waits for it, if its agent is connected. */
export function deliverWaiting(world: SsmWorld, instanceId: string): void {
  for (const command of world.commands.values()) {
    const invocation = command.invocations.get(instanceId);
    if (invocation !== undefined) deliver(world, command, invocation);
  }
}

export function deliver(world: SsmWorld, command: Command, invocation: Invocation): void {
  const now = world.context.clock.now();
  settle(command, invocation, now);
  const agent = world.agents.find(invocation.instanceId);
  if (invocation.progress.state !== 'pending' || agent?.deliver === undefined) return;
  invocation.progress = { state: 'delivered', at: now, cancelling: false };
  announce(world, command, invocation);
  agent.deliver({
    commandId: command.id,
    documentName: command.documentName,
    parameters: command.step.parameters,
    script: command.step.script,
    timeoutSeconds: command.step.timeoutSeconds,
  });
}

/** Only the first report of an instance counts; one that comes after its time-out is too late, as with AWS. */
export function receive(world: SsmWorld, instanceId: string, result: AgentResult): void {
  const command = world.commands.get(result.commandId);
  const invocation = command?.invocations.get(instanceId);
  if (command === undefined || invocation === undefined) {
    throw new ServiceError('InvocationDoesNotExist', `Command ${result.commandId} was not sent to ${instanceId}.`);
  }
  const now = world.context.clock.now();
  settle(command, invocation, now);
  if (invocation.progress.state !== 'delivered') return;
  const details = result.status === 'TimedOut' ? 'ExecutionTimedOut' : result.status;
  invocation.progress = {
    state: 'ended',
    startedAt: invocation.progress.at,
    at: now,
    status: result.status,
    details,
    exitCode: result.exitCode,
    stdout: result.stdout,
    stderr: result.stderr,
  };
  announce(world, command, invocation);
}

/** Source: EventBridge events of Systems Manager: the command's event carries its parameters. */
export function announce(world: SsmWorld, command: Command, invocation: Invocation): void {
  const { region, account } = world.context;
  const requested = new Date(command.requestedAt).toISOString();
  const common = {
    'command-id': command.id,
    'document-name': command.documentName,
    'requested-date-time': requested,
  };
  world.context.emit({
    source: 'aws.ssm',
    'detail-type': 'EC2 Command Invocation Status-change Notification',
    resources: [`arn:aws:ec2:${region}:${account}:instance/${invocation.instanceId}`],
    detail: { ...common, 'instance-id': invocation.instanceId, status: statusOf(invocation).status },
  });
  world.context.emit({
    source: 'aws.ssm',
    'detail-type': 'EC2 Command Status-change Notification',
    resources: command.instanceIds.map((id) => `arn:aws:ec2:${region}:${account}:instance/${id}`),
    detail: {
      ...common,
      'expire-after': new Date(command.requestedAt + command.timeoutSeconds * 1000).toISOString(),
      parameters: command.parameters,
      status: commandStatus(command).status,
    },
  });
}
