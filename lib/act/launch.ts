import { RunInstancesCommand } from '@aws-sdk/client-ec2';
import {
  errorCode,
  errorMessage,
  isAwsError,
  isBusyResource,
  isCapacity,
  isQuota,
  isThrottle,
  isTokenMismatch,
  isTokenOfTerminated,
  isTransient,
} from '../aws/errors.ts';
import { few } from '../few.ts';
import { BootScriptError } from '../flavors/boot.ts';
import type { Action, LaunchAction } from '../plan/action.ts';
import { LIMITS } from '../plan/limits.ts';
import type { LaunchRecord } from '../plan/records.ts';
import type { ActContext } from './context.ts';
import { committedAsOf } from './former.ts';
import { LaunchRequestError, launchRequest, runInstancesInput } from './launch-request.ts';
import { type ActionOutcome, done, failed, outdated } from './outcome.ts';

/**
 * Launches under a recorded intent.
 *
 * First the request is stored, whole, under its generation; then it is sent, its client token derived from that
 * generation; then the answer is stored. Wherever this breaks off, the next pass finds `intended` and sends the same
 * request again: EC2 answers with the instances that it made the first time, or makes them now. So there are never two.
 * Of many instances there may be fewer than asked for; that is the answer then, as well when it is asked for again.
 */
export async function launch(action: LaunchAction, context: ActContext): Promise<ActionOutcome> {
  const intent = action.replay ? recordOf(action, context) : newRecord(action, context);
  if ('ok' in intent) return intent;
  const wait = await context.pace.turn(intent.count);
  if (wait > 0) {
    const message = `more launches than EC2 takes at a time; this one's turn comes in ${Math.ceil(wait / 1000)} s`;
    return failed('LaunchPaced', message, 'soon');
  }
  if (!action.replay) await context.store.putLaunch(context.lease, intent);
  // It stays `intended`: the next pass sends it, or gives it up.
  if (!context.isCurrent()) return outdated();
  let instanceIds: string[];
  try {
    const answer = await context.ec2.send(new RunInstancesCommand(runInstancesInput(intent.request)));
    instanceIds = (answer.Instances ?? []).flatMap(({ InstanceId }) => InstanceId ?? []);
  } catch (error) {
    if (!isAwsError(error)) throw error;
    return await refused(error, intent, context);
  }
  if (instanceIds.length === 0 || instanceIds.length > intent.count) {
    const message = `RunInstances answered with ${instanceIds.length} instances when asked for ${intent.count}; the request is sent again`;
    return failed('IncompleteAnswer', message, 'soon');
  }
  await context.store.putLaunch(context.lease, {
    ...intent,
    state: 'launched',
    instanceIds,
    launchedAt: intent.launchedAt ?? context.clock.now(),
    lastError: undefined,
  });
  const missing = intent.count - instanceIds.length;
  return done(missing === 0 ? few(instanceIds) : `${few(instanceIds)}; EC2 had no capacity for ${missing} more`);
}

/** The launch became healthy: it does not count as a failure any more. */
export async function confirmLaunch(
  action: Extract<Action, { kind: 'confirmLaunch' }>,
  context: ActContext,
): Promise<ActionOutcome> {
  const record = recordOf(action, context);
  if ('ok' in record) return record;
  await context.store.putLaunch(context.lease, { ...record, confirmedAt: context.clock.now() });
  return done(`generation ${record.generation} of ${record.slot}`);
}

/** What was intended is not wanted any more: its generation is closed, and that is no failure of the slot. */
export async function abandonLaunch(
  action: Extract<Action, { kind: 'abandonLaunch' }>,
  context: ActContext,
): Promise<ActionOutcome> {
  const record = recordOf(action, context);
  if ('ok' in record) return record;
  if (record.state !== 'intended')
    return failed('NotIntended', `${record.slot} is ${record.state}; plan again`, 'soon');
  await context.store.putLaunch(context.lease, { ...record, state: 'failed', lastError: 'not wanted any more' });
  return done(`generation ${record.generation} of ${record.slot}`);
}

function recordOf(
  { slot, generation }: { readonly slot: string; readonly generation: number },
  context: ActContext,
): LaunchRecord | ActionOutcome {
  const record = context.records.launches.get(slot);
  if (record?.generation === generation) return record;
  const what = record === undefined ? 'no launch' : `generation ${record.generation}`;
  return failed('NoRecord', `${slot} has ${what} on record, not generation ${generation}; plan again`, 'soon');
}

function newRecord(action: LaunchAction, context: ActContext): LaunchRecord | ActionOutcome {
  const previous = context.records.launches.get(action.slot);
  if (previous !== undefined && previous.generation >= action.generation) {
    const message = `${action.slot} has generation ${previous.generation} on record, so ${action.generation} is not new; plan again`;
    return failed('StaleGeneration', message, 'soon');
  }
  try {
    const committed = committedAsOf(action.version, action.group, context);
    if ('ok' in committed) return committed;
    const request = launchRequest(committed, action);
    return {
      slot: action.slot,
      group: action.group,
      generation: action.generation,
      count: request.count,
      request,
      state: 'intended',
      instanceIds: [],
      intendedAt: context.clock.now(),
      launchedAt: undefined,
      confirmedAt: undefined,
      failures: action.failures,
      lastError: undefined,
      earlier: action.order.kind === 'batch' ? earlierThan(previous, context.clock.now()) : [],
    };
  } catch (error) {
    if (error instanceof LaunchRequestError || error instanceof BootScriptError) {
      return failed(error.code, error.message, 'backoff');
    }
    throw error;
  }
}

/** What the slot's record said of machines that are young still, before it is written over. */
function earlierThan(previous: LaunchRecord | undefined, now: number): LaunchRecord['earlier'] {
  if (previous === undefined) return [];
  const { instanceIds, launchedAt, earlier } = previous;
  const last = launchedAt === undefined ? [] : [{ instanceIds, launchedAt }];
  return [...earlier, ...last].filter((launch) => now - launch.launchedAt < LIMITS.unlisted);
}

async function refused(error: Error, intent: LaunchRecord, context: ActContext): Promise<ActionOutcome> {
  const code = errorCode(error);
  const message = errorMessage(error);
  // Nothing was decided, or it may have taken place: the record stays `intended`, the next pass sends the same again.
  if (isBusyResource(error)) return failed(code, `${message} (still held by what was there before)`, 'soon');
  if (isThrottle(error)) {
    context.pace.refused();
    return failed(code, message, 'soon');
  }
  if (isTransient(error) && !isCapacity(error)) return failed(code, message, 'soon');

  // The instance of this generation is gone already: its token is used up, and that is no failure of the launch. Neither is
  // a token that was used by a former version of this program, which asked otherwise: what it launched is listed by its tags.
  const usedUp = isTokenOfTerminated(error) || isTokenMismatch(error);
  await context.store.putLaunch(context.lease, {
    ...intent,
    state: 'failed',
    failures: usedUp ? intent.failures : intent.failures + 1,
    lastError: `${code}: ${message}`,
  });
  if (usedUp) return failed(code, `${message}; the next generation is launched`, 'soon');
  return failed(
    code,
    isQuota(error) ? `${message} (raise the quota of the account, or declare less)` : message,
    'backoff',
  );
}
