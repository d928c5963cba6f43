import { SendCommandCommand, type SSMClient } from '@aws-sdk/client-ssm';
import type { Clock } from '../clock.ts';
import { type DocumentKey, documentName } from '../names.ts';
import { collect, type Sent } from './collect-outcomes.ts';
import type { CommandOutcome } from './command-outcome.ts';
import { errorCode, errorMessage, isAwsError } from './errors.ts';
import { IncompleteAnswerError } from './incomplete-answer.ts';
import { onlineAgents } from './online-agents.ts';

export type { CommandOutcome } from './command-outcome.ts';

export interface CommandOrder {
  readonly document: DocumentKey;
  readonly instanceIds: readonly string[];
  /** By parameter name. */
  readonly parameters: Readonly<Record<string, string>>;
  /** How long an agent may take to accept the command before its machine counts as offline. */
  readonly deliverySeconds: number;
  /** How long to wait for the ends of all, delivery included. What still runs after it is a `timeout`. */
  readonly waitSeconds: number;
}

export interface CommandRunner {
  /** An outcome for each instance id. Errors of Systems Manager are outcomes, too; it never throws for them. */
  run(order: CommandOrder): Promise<ReadonlyMap<string, CommandOutcome>>;
}

/** SendCommand takes no more instance ids at once (SendCommand, InstanceIds). */
const IDS_PER_COMMAND = 50;
/** SendCommand refuses a shorter `TimeoutSeconds`. */
const SHORTEST_TIMEOUT_SECONDS = 30;
/**
 * Not the default version: CloudFormation has been seen to add a version to a document and leave the default where it was,
 * against its documentation (aws-cloudformation/cloudformation-coverage-roadmap#2539). What the stack deployed last is what runs.
 */
const NEWEST_VERSION = '$LATEST';

export function createCommandRunner(options: {
  readonly ssm: SSMClient;
  readonly clock: Clock;
  readonly cluster: string;
}): CommandRunner {
  const { ssm, clock, cluster } = options;
  return {
    async run(order) {
      const started = clock.monotonic();
      const outcomes = new Map<string, CommandOutcome>();
      const ids = [...new Set(order.instanceIds)];
      const chunks: string[][] = [];
      for (let at = 0; at < ids.length; at += IDS_PER_COMMAND) chunks.push(ids.slice(at, at + IDS_PER_COMMAND));
      await Promise.all(
        chunks.map(async (chunk) => {
          for (const sent of await send(ssm, cluster, order, chunk, outcomes)) {
            await collect({ ssm, clock, order, started }, sent, outcomes);
          }
        }),
      );
      return outcomes;
    },
  };
}

/**
 * Sends to as many of the instances as have an agent. One id without refuses the whole call (`InvalidInstanceId`)
 * and the answer does not say which: the agents are asked for, and if that does not tell (the list is minutes old),
 * each half is tried by itself.
 */
async function send(
  ssm: SSMClient,
  cluster: string,
  order: CommandOrder,
  instanceIds: readonly string[],
  outcomes: Map<string, CommandOutcome>,
): Promise<Sent[]> {
  if (instanceIds.length === 0) return [];
  try {
    const answer = await ssm.send(
      new SendCommandCommand({
        DocumentName: documentName(cluster, order.document),
        DocumentVersion: NEWEST_VERSION,
        InstanceIds: [...instanceIds],
        Parameters: Object.fromEntries(Object.entries(order.parameters).map(([name, value]) => [name, [value]])),
        TimeoutSeconds: Math.max(SHORTEST_TIMEOUT_SECONDS, Math.ceil(order.deliverySeconds)),
      }),
    );
    const commandId = answer.Command?.CommandId;
    if (commandId === undefined) throw new IncompleteAnswerError('SendCommand', 'Command.CommandId');
    return [{ commandId, instanceIds }];
  } catch (error) {
    if (errorCode(error) !== 'InvalidInstanceId') {
      if (!isAwsError(error) && !(error instanceof IncompleteAnswerError)) throw error;
      const outcome = {
        kind: 'failed',
        code: errorCode(error),
        reason: `SendCommand: ${errorMessage(error)}`,
      } as const;
      for (const id of instanceIds) outcomes.set(id, outcome);
      return [];
    }
    return await sendToOnline(ssm, cluster, order, instanceIds, outcomes);
  }
}

async function sendToOnline(
  ssm: SSMClient,
  cluster: string,
  order: CommandOrder,
  instanceIds: readonly string[],
  outcomes: Map<string, CommandOutcome>,
): Promise<Sent[]> {
  const [only] = instanceIds;
  if (only === undefined) return [];
  if (instanceIds.length === 1) {
    outcomes.set(only, { kind: 'offline', reason: 'Systems Manager knows no agent of this instance' });
    return [];
  }
  const online = await onlineAgents(ssm, instanceIds).catch((error: unknown) => {
    if (!isAwsError(error)) throw error;
    // Not known: the halves find out.
    return new Set(instanceIds);
  });
  const reachable = instanceIds.filter((id) => online.has(id));
  if (reachable.length < instanceIds.length) {
    for (const id of instanceIds) {
      if (!online.has(id)) outcomes.set(id, { kind: 'offline', reason: 'its agent is not online' });
    }
    return await send(ssm, cluster, order, reachable, outcomes);
  }
  const middle = Math.ceil(instanceIds.length / 2);
  const halves = [instanceIds.slice(0, middle), instanceIds.slice(middle)];
  return (await Promise.all(halves.map((half) => send(ssm, cluster, order, half, outcomes)))).flat();
}
