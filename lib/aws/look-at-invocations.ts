import {
  type CommandInvocation,
  GetCommandInvocationCommand,
  ListCommandInvocationsCommand,
  type SSMClient,
} from '@aws-sdk/client-ssm';
import type { DocumentKey } from '../names.ts';
import { type CommandOutcome, isUndelivered, outcomeOf } from './command-outcome.ts';
import { errorCode, errorMessage, isAwsError, isThrottle, isTransient } from './errors.ts';

/** What a look at one machine's invocation showed. */
export interface Look {
  /** `undefined`: it has not ended, or could not be looked at. */
  readonly outcome: CommandOutcome | undefined;
  /** Did its agent take the command? */
  readonly delivered: boolean;
}

const NOTHING_YET: Look = { outcome: undefined, delivered: false };

/** A page of invocations holds no more (ListCommandInvocations, MaxResults). */
const INVOCATIONS_PER_PAGE = 50;
/** Documents whose output is the point of them: it is fetched whole, also where a list shows its first 2,500 characters. */
const WHOLE_OUTPUT: ReadonlySet<DocumentKey> = new Set<DocumentKey>(['probe', 'node-list']);

/**
 * With what the agent puts standard output and standard error together into the one output of a list, and how it ends what
 * it cut to 2,500 characters (`TruncateOutput` in aws/amazon-ssm-agent, agent/framework/processor/executer/iohandler).
 */
const ERROR_TITLE = '\n----------ERROR-------\n';
const ERROR_CUT = '---Error truncated----';

/** Looks at each machine by itself: one call a machine. */
export async function lookAtEach(
  ssm: SSMClient,
  commandId: string,
  instanceIds: readonly string[],
): Promise<Map<string, Look>> {
  const looks = await Promise.all(
    instanceIds.map(async (id): Promise<[string, Look]> => [id, await lookAt(ssm, commandId, id)]),
  );
  return new Map(looks);
}

/** Looks at all machines of a command at once: one call for fifty, and one more for each whose output a list can't give. */
export async function lookAtList(
  ssm: SSMClient,
  commandId: string,
  instanceIds: readonly string[],
  document: DocumentKey,
): Promise<Map<string, Look>> {
  const wanted = new Set(instanceIds);
  const looks = new Map<string, Look>();
  const incomplete: string[] = [];
  try {
    let token: string | undefined;
    do {
      const page = await ssm.send(
        new ListCommandInvocationsCommand({
          CommandId: commandId,
          // Without them there is no exit code.
          Details: true,
          MaxResults: INVOCATIONS_PER_PAGE,
          NextToken: token,
        }),
      );
      for (const invocation of page.CommandInvocations ?? []) {
        const id = invocation.InstanceId;
        if (id === undefined || !wanted.has(id)) continue;
        const look = listed(invocation);
        if (needsWhole(look.outcome, document) || lacksDetails(look.outcome, invocation)) incomplete.push(id);
        else looks.set(id, look);
      }
      token = page.NextToken;
    } while (token !== undefined && token !== '');
  } catch (error) {
    if (isThrottle(error) || isTransient(error)) return looks;
    if (!isAwsError(error)) throw error;
    const outcome = refusal('ListCommandInvocations', error);
    return new Map(instanceIds.map((id) => [id, looks.get(id) ?? { outcome, delivered: false }]));
  }
  return new Map([...looks, ...(await lookAtEach(ssm, commandId, incomplete))]);
}

function listed({ Status, StatusDetails, CommandPlugins }: CommandInvocation): Look {
  // Our documents have one step, so there is one plugin; none while nothing was answered.
  const plugin = CommandPlugins?.[0];
  const [stdout = '', stderr = ''] = (plugin?.Output ?? '').split(ERROR_TITLE, 2);
  const invocation = {
    Status,
    StatusDetails,
    ResponseCode: plugin?.ResponseCode,
    StandardOutputContent: stdout,
    StandardErrorContent: stderr,
  };
  return { outcome: outcomeOf(invocation), delivered: !isUndelivered(invocation) };
}

/** Has it ended, while what its script answered is not in the list? */
function lacksDetails(outcome: CommandOutcome | undefined, { CommandPlugins }: CommandInvocation): boolean {
  return outcome?.kind === 'failed' && CommandPlugins?.[0] === undefined;
}

function needsWhole(outcome: CommandOutcome | undefined, document: DocumentKey): boolean {
  if (outcome?.kind !== 'finished') return false;
  // A script says last what it found: cut, it has not said why it failed.
  return WHOLE_OUTPUT.has(document) || (outcome.exitCode !== 0 && outcome.stderr.endsWith(ERROR_CUT));
}

async function lookAt(ssm: SSMClient, commandId: string, instanceId: string): Promise<Look> {
  try {
    const invocation = await ssm.send(
      new GetCommandInvocationCommand({ CommandId: commandId, InstanceId: instanceId }),
    );
    return { outcome: outcomeOf(invocation), delivered: !isUndelivered(invocation) };
  } catch (error) {
    // InvocationDoesNotExist right after the send means only that it is not listed yet.
    const passing = errorCode(error) === 'InvocationDoesNotExist' || isThrottle(error) || isTransient(error);
    if (passing) return NOTHING_YET;
    if (!isAwsError(error)) throw error;
    return { outcome: refusal('GetCommandInvocation', error), delivered: false };
  }
}

function refusal(call: string, error: Error): CommandOutcome {
  return { kind: 'failed', code: errorCode(error), reason: `${call}: ${errorMessage(error)}` };
}
