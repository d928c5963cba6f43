import type { JsonObject } from '../protocol/json-service.ts';
import { type Command, commandStatus, type Invocation, statusOf } from './command.ts';
import { listedOutput } from './listed-output.ts';
import { seconds } from './store.ts';

/** Characters that GetCommandInvocation gives. Source: SSM API Reference, `GetCommandInvocation`. */
const OUTPUT_CHARACTERS = { stdout: 24_000, stderr: 8_000 } as const;

export function renderCommand(command: Command): JsonObject {
  const { status, details } = commandStatus(command);
  const ends = [...command.invocations.values()].flatMap(({ progress }) =>
    progress.state === 'ended' ? [progress] : [],
  );
  return {
    CommandId: command.id,
    DocumentName: command.documentName,
    DocumentVersion: String(command.documentVersion),
    Comment: command.comment,
    ExpiresAfter: seconds(command.requestedAt + command.timeoutSeconds * 1000),
    Parameters: command.parameters,
    InstanceIds: command.targets.length > 0 ? [] : command.instanceIds,
    Targets: command.targets,
    RequestedDateTime: seconds(command.requestedAt),
    Status: status,
    StatusDetails: details,
    TargetCount: command.invocations.size,
    CompletedCount: ends.length,
    ErrorCount: ends.filter((end) => end.status === 'Failed' || end.details === 'ExecutionTimedOut').length,
    DeliveryTimedOutCount: ends.filter((end) => end.details === 'DeliveryTimedOut').length,
    TimeoutSeconds: command.timeoutSeconds,
    MaxConcurrency: '50',
    MaxErrors: '0',
  };
}

export function renderOutput(command: Command, invocation: Invocation): JsonObject {
  const { status, details } = statusOf(invocation);
  const { progress } = invocation;
  const end = progress.state === 'ended' ? progress : undefined;
  const startedAt = startOf(invocation);
  return {
    CommandId: command.id,
    InstanceId: invocation.instanceId,
    Comment: command.comment,
    DocumentName: command.documentName,
    DocumentVersion: String(command.documentVersion),
    PluginName: command.step.name,
    ResponseCode: end?.exitCode ?? -1,
    ExecutionStartDateTime: startedAt === undefined ? '' : new Date(startedAt).toISOString(),
    ExecutionElapsedTime: end === undefined || startedAt === undefined ? '' : `PT${(end.at - startedAt) / 1000}S`,
    ExecutionEndDateTime: end === undefined ? '' : new Date(end.at).toISOString(),
    Status: status,
    StatusDetails: details,
    StandardOutputContent: (end?.stdout ?? '').slice(0, OUTPUT_CHARACTERS.stdout),
    StandardOutputUrl: '',
    StandardErrorContent: (end?.stderr ?? '').slice(0, OUTPUT_CHARACTERS.stderr),
    StandardErrorUrl: '',
  };
}

export function renderInvocation(command: Command, invocation: Invocation, withOutput: boolean): JsonObject {
  const { status, details } = statusOf(invocation);
  const { progress } = invocation;
  const end = progress.state === 'ended' ? progress : undefined;
  const startedAt = startOf(invocation);
  const plugin = {
    Name: command.step.name,
    Status: status,
    StatusDetails: details,
    ResponseCode: end?.exitCode ?? -1,
    ResponseStartDateTime: startedAt === undefined ? undefined : seconds(startedAt),
    ResponseFinishDateTime: end === undefined ? undefined : seconds(end.at),
    Output: end === undefined ? '' : listedOutput(end.stdout, end.stderr),
  };
  return {
    CommandId: command.id,
    InstanceId: invocation.instanceId,
    InstanceName: '',
    Comment: command.comment,
    DocumentName: command.documentName,
    DocumentVersion: String(command.documentVersion),
    RequestedDateTime: seconds(command.requestedAt),
    Status: status,
    StatusDetails: details,
    CommandPlugins: withOutput ? [plugin] : [],
  };
}

function startOf({ progress }: Invocation): number | undefined {
  if (progress.state === 'delivered') return progress.at;
  return progress.state === 'ended' ? progress.startedAt : undefined;
}
