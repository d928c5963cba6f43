import type { Clock } from '../clock.ts';
import { answer, type Outcome, type Put } from './answer.ts';
import { awaitGone } from './await-gone.ts';
import { awaitWhole } from './await-whole.ts';
import { declare } from './declare.ts';
import { isNothing } from './dropped.ts';
import { DeploymentError } from './errors.ts';
import { clusterInstances, living } from './instances.ts';
import { type DeploymentRequest, formerSpec, parseDeclared, parseRequest, refuseOtherCluster } from './request.ts';
import { tearDown } from './tear-down.ts';
import type { DeploymentTools, TimeLimit } from './tools.ts';

/** Waiting ends this long before the function is killed, milliseconds. */
const GIVE_UP_BEFORE_END = 60_000;
/** What hangs even so is answered for this long before the function is killed. */
const ANSWER_BEFORE_END = 20_000;

export interface Invocation {
  readonly event: unknown;
  /** Milliseconds until the function is killed. */
  readonly remaining: number;
  readonly clock: Clock;
  readonly put: Put;
  /** Not before it is needed: should it fail, that is answered, too. */
  readonly makeTools: () => DeploymentTools;
}

/**
 * Serves one request of CloudFormation and answers it, once, whatever happens: without an answer the stack would wait
 * for half an hour. Each request may come twice (Lambda repeats asynchronous invocations) and can be repeated.
 *
 * - Create: puts the spec in force and waits until the cluster is whole.
 * - Update: puts the spec in force; the change takes place afterwards, one machine at a time, for as long as it needs.
 *   Only what is declared no longer is waited for: CloudFormation deletes its interfaces and disks right after
 *   (`await-gone.ts`). One that moves a pet is refused (`uprooted.ts`).
 * - Delete: takes the machines away.
 *
 * @returns what was answered
 * @throws DeploymentError when there is nobody to answer, or the answer could not be delivered: Lambda then tries again
 */
export async function handleRequest(invocation: Invocation): Promise<Outcome> {
  const { clock, remaining } = invocation;
  const request = parseRequest(invocation.event);
  const answered = new AbortController();
  const limit = { giveUpAt: clock.monotonic() + remaining - GIVE_UP_BEFORE_END, signal: answered.signal };
  const served = outcomeOf(request, invocation, limit);
  const outcome = await Promise.race([served, outOfTime(clock, remaining - ANSWER_BEFORE_END, answered.signal)]);
  answered.abort(new DeploymentError('OutOfTime', 'the request was answered already'));
  await answer(request, physicalIdOf(request), outcome, invocation);
  return outcome;
}

/** The same for the cluster's whole life: another one would make CloudFormation delete what the old one stands for. */
function physicalIdOf(request: DeploymentRequest): string {
  const cluster = request.ResourceProperties['Cluster'];
  return request.PhysicalResourceId ?? `everswarm-${typeof cluster === 'string' ? cluster : 'unknown'}`;
}

/** Never rejects: every error is an answer. */
async function outcomeOf(request: DeploymentRequest, { makeTools }: Invocation, limit: TimeLimit): Promise<Outcome> {
  try {
    return { status: 'SUCCESS', data: await serve(request, makeTools(), limit) };
  } catch (error) {
    const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
    const name = code ?? (error instanceof Error ? error.name : 'UnknownError');
    const message = error instanceof Error ? error.message : String(error);
    return { status: 'FAILED', code: name, reason: `${name}: ${message}` };
  }
}

async function serve(
  request: DeploymentRequest,
  tools: DeploymentTools,
  limit: TimeLimit,
): Promise<Record<string, string>> {
  const { ResourceProperties: properties } = request;
  if (request.RequestType === 'Delete') {
    // Nothing else of the properties is needed, so the remains of a creation with bad ones are removed, too.
    let kept: readonly string[] = [];
    if (properties['Cluster'] === tools.cluster) kept = await tearDown(tools, limit);
    else await refuseToAbandon(properties['Cluster'], tools);
    return { Cluster: tools.cluster, ...(kept.length > 0 && { KeptVolumes: kept.join(', ') }) };
  }
  const declared = parseDeclared(properties, tools.cluster);
  const { committed, dropped } = await declare(declared, formerSpec(request), tools, limit);
  if (request.RequestType === 'Create') await awaitWhole(committed, tools, limit);
  else if (!isNothing(dropped)) await awaitGone(dropped, committed, tools, limit);
  return { Cluster: tools.cluster, SpecVersion: String(committed.version) };
}

/** Nothing is ever created for another cluster than the function's own; if there is something all the same, say so. */
async function refuseToAbandon(named: unknown, { ec2, cluster }: DeploymentTools): Promise<void> {
  if (typeof named !== 'string' || living(await clusterInstances(ec2, named)).length === 0) return;
  refuseOtherCluster([named], cluster);
}

/** Ends with the request itself, too: then nobody listens any more. */
async function outOfTime(clock: Clock, milliseconds: number, signal: AbortSignal): Promise<Outcome> {
  try {
    await clock.sleep(milliseconds, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  const reason = 'OutOfTime: the function was about to be killed; see its log for where it hung';
  return { status: 'FAILED', code: 'OutOfTime', reason };
}
