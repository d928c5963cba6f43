import { z } from 'zod';
import { uuid } from '../ids.ts';
import { parseInput } from '../protocol/input.ts';
import type { JsonObject, JsonOperation } from '../protocol/json-service.ts';
import { ServiceError } from '../protocol/service-error.ts';
import { type Command, commandStatus, type Invocation, settle } from './command.ts';
import { announce, deliver } from './command-dispatch.ts';
import { renderCommand, renderInvocation, renderOutput } from './command-rendering.ts';
import { findDocument, findDocumentVersion } from './document-operations.ts';
import { pageOf } from './paging.ts';
import { renderDocument } from './rendering.ts';
import type { SsmWorld } from './store.ts';

const InstanceId = z.string().regex(/^m?i-[0-9a-f]{8,17}$/);

/** Source: SSM API Reference, `SendCommand`: at most 50 instance ids, delivery time-out 30 s to 30 days, 3600 s by default. */
const SendInput = z.strictObject({
  DocumentName: z.string().min(1),
  DocumentVersion: z.string().optional(),
  InstanceIds: z.array(InstanceId).max(50).default([]),
  Targets: z
    .array(z.strictObject({ Key: z.string(), Values: z.array(z.string()).max(50) }))
    .max(5)
    .default([]),
  Parameters: z.record(z.string(), z.array(z.string())).default({}),
  TimeoutSeconds: z.number().int().min(30).max(2_592_000).default(3600),
  Comment: z.string().max(100).default(''),
  MaxConcurrency: z.string().optional(),
  MaxErrors: z.string().optional(),
});

function send(world: SsmWorld, input: JsonObject): JsonObject {
  const request = parseInput(SendInput, input);
  const document = findDocument(world, request.DocumentName);
  const version = findDocumentVersion(document, request.DocumentVersion);
  const step = renderDocument(version.content, request.Parameters);
  const instanceIds = receivers(world, request);
  const command: Command = {
    id: uuid(world.context.random),
    documentName: document.name,
    documentVersion: version.version,
    comment: request.Comment,
    parameters: request.Parameters,
    step,
    instanceIds,
    targets: request.Targets,
    requestedAt: world.context.clock.now(),
    timeoutSeconds: request.TimeoutSeconds,
    invocations: new Map(instanceIds.map((instanceId) => [instanceId, { instanceId, progress: { state: 'pending' } }])),
  };
  world.commands.set(command.id, command);
  const answer = { Command: renderCommand(command) };
  for (const invocation of command.invocations.values()) deliver(world, command, invocation);
  return answer;
}

/** Instances named must all be reachable; a target takes those that match, and may match none. */
function receivers(
  world: SsmWorld,
  request: Pick<z.infer<typeof SendInput>, 'InstanceIds' | 'Targets'>,
): readonly string[] {
  if ((request.InstanceIds.length === 0) === (request.Targets.length === 0)) {
    throw new ServiceError(
      'ValidationException',
      'A command goes to InstanceIds or to Targets: exactly one of them must be given.',
    );
  }
  if (request.InstanceIds.length > 0) {
    const unreachable = request.InstanceIds.filter((id) => !reachable(world, id));
    if (unreachable.length > 0) {
      throw new ServiceError(
        'InvalidInstanceId',
        `Instances [[${unreachable.join(', ')}]] not in a valid state for account ${world.context.account}: no agent of theirs is online.`,
      );
    }
    return [...new Set(request.InstanceIds)];
  }
  return world.agents
    .all()
    .map(({ instanceId }) => instanceId)
    .filter((id) => request.Targets.every((target) => matches(world, id, target)));
}

function reachable(world: SsmWorld, instanceId: string): boolean {
  const agent = world.agents.find(instanceId);
  return world.directory.find(instanceId) !== undefined && agent !== undefined && world.agents.online(agent);
}

function matches(
  world: SsmWorld,
  instanceId: string,
  { Key, Values }: { Key: string; Values: readonly string[] },
): boolean {
  const instance = world.directory.find(instanceId);
  if (instance === undefined) return false;
  if (Key === 'InstanceIds') return Values.includes(instanceId);
  if (Key === 'tag-key') return Values.some((key) => instance.tags.has(key));
  if (Key.startsWith('tag:')) return Values.includes(instance.tags.get(Key.slice('tag:'.length)) ?? '');
  throw new ServiceError('InvalidTarget', `Target key ${Key}: the lab knows InstanceIds, tag-key and tag:<key>.`);
}

const GetInput = z.strictObject({
  CommandId: z.string(),
  InstanceId,
  PluginName: z.string().optional(),
});

/** Right after a send the invocation may not be found yet. */
function getInvocation(world: SsmWorld, input: JsonObject): JsonObject {
  const { CommandId, InstanceId: instanceId, PluginName } = parseInput(GetInput, input);
  const now = world.context.clock.now();
  const command = world.commands.get(CommandId);
  const invocation = command?.invocations.get(instanceId);
  const hidden = command !== undefined && now - command.requestedAt < world.settings.invocationVisibleMilliseconds;
  if (command === undefined || invocation === undefined || hidden) {
    throw new ServiceError(
      'InvocationDoesNotExist',
      `There is no invocation of command ${CommandId} on ${instanceId}.`,
    );
  }
  if (PluginName !== undefined && PluginName !== command.step.name) {
    throw new ServiceError(
      'InvalidPluginName',
      `The document has one step, '${command.step.name}', not '${PluginName}'.`,
    );
  }
  settle(command, invocation, now);
  return renderOutput(command, invocation);
}

const ListInput = z.strictObject({
  CommandId: z.string().optional(),
  InstanceId: InstanceId.optional(),
  MaxResults: z.number().int().min(1).max(50).optional(),
  NextToken: z.string().optional(),
  Details: z.boolean().default(false),
});

function listInvocations(world: SsmWorld, input: JsonObject): JsonObject {
  const query = parseInput(ListInput, input);
  const rows = selected(world, query).flatMap((command) =>
    [...command.invocations.values()]
      .filter(({ instanceId }) => query.InstanceId === undefined || query.InstanceId === instanceId)
      .map((invocation) => ({ command, invocation })),
  );
  const { items, NextToken } = pageOf(rows, query);
  return {
    CommandInvocations: items.map(({ command, invocation }) => renderInvocation(command, invocation, query.Details)),
    NextToken,
  };
}

function listCommands(world: SsmWorld, input: JsonObject): JsonObject {
  const query = parseInput(ListInput.omit({ Details: true }), input);
  const { items, NextToken } = pageOf(selected(world, query), query);
  return { Commands: items.map(renderCommand), NextToken };
}

/** Newest first. @throws ServiceError `InvalidCommandId` for an id that is not there */
function selected(
  world: SsmWorld,
  query: { readonly CommandId?: string | undefined; readonly InstanceId?: string | undefined },
): readonly Command[] {
  const named = query.CommandId === undefined ? undefined : findCommand(world, query.CommandId);
  const candidates = named === undefined ? [...world.commands.values()].reverse() : [named];
  const wanted = candidates.filter(
    ({ invocations }) => query.InstanceId === undefined || invocations.has(query.InstanceId),
  );
  for (const command of wanted) settleAll(world, command);
  return wanted;
}

function settleAll(world: SsmWorld, command: Command): void {
  for (const invocation of command.invocations.values()) settle(command, invocation, world.context.clock.now());
}

function findCommand(world: SsmWorld, id: string): Command {
  const command = world.commands.get(id);
  if (command !== undefined) return command;
  throw new ServiceError('InvalidCommandId', `There is no command ${id}.`);
}

const CancelInput = z.strictObject({ CommandId: z.string(), InstanceIds: z.array(InstanceId).default([]) });

/** What is not delivered is cancelled; what runs goes on to its end, as the lab's agents can't be called back. */
function cancel(world: SsmWorld, input: JsonObject): JsonObject {
  const { CommandId, InstanceIds } = parseInput(CancelInput, input);
  const command = findCommand(world, CommandId);
  settleAll(world, command);
  for (const invocation of command.invocations.values()) {
    if (InstanceIds.length === 0 || InstanceIds.includes(invocation.instanceId)) cancelOne(world, command, invocation);
  }
  return { Status: commandStatus(command).status };
}

function cancelOne(world: SsmWorld, command: Command, invocation: Invocation): void {
  const { progress } = invocation;
  if (progress.state === 'delivered') invocation.progress = { ...progress, cancelling: true };
  if (progress.state !== 'pending') return;
  invocation.progress = {
    state: 'ended',
    startedAt: undefined,
    at: world.context.clock.now(),
    status: 'Cancelled',
    details: 'Cancelled',
    exitCode: -1,
    stdout: '',
    stderr: '',
  };
  announce(world, command, invocation);
}

export function commandOperations(world: SsmWorld): Readonly<Record<string, JsonOperation>> {
  return {
    SendCommand: (input) => send(world, input),
    GetCommandInvocation: (input) => getInvocation(world, input),
    ListCommandInvocations: (input) => listInvocations(world, input),
    ListCommands: (input) => listCommands(world, input),
    CancelCommand: (input) => cancel(world, input),
  };
}
