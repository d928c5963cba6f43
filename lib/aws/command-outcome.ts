import type { GetCommandInvocationResult } from '@aws-sdk/client-ssm';

/** What became of a command on one machine. None of them is an exception: each asks for an answer of its own. */
export type CommandOutcome =
  | { readonly kind: 'finished'; readonly exitCode: number; readonly stdout: string; readonly stderr: string }
  /** The agent did not take the command: not registered, not reachable, or silent for the delivery time. */
  | { readonly kind: 'offline'; readonly reason: string }
  /** The command was taken and did not end in time; it may still be running. */
  | { readonly kind: 'timeout'; readonly reason: string }
  /** Systems Manager refused it, cancelled it, or could not be asked. `code`: AWS's error code or status. */
  | { readonly kind: 'failed'; readonly code: string; readonly reason: string };

/**
 * An invocation's outcome, or `undefined` as long as it is under way.
 * Statuses: https://docs.aws.amazon.com/systems-manager/latest/userguide/monitor-commands.html; `StatusDetails` is
 * documented with spaces ("Delivery Timed Out") and answered without.
 */
export function outcomeOf(invocation: GetCommandInvocationResult): CommandOutcome | undefined {
  const details = (invocation.StatusDetails ?? '').replaceAll(' ', '');
  switch (invocation.Status) {
    case 'Pending':
    case 'InProgress':
    case 'Delayed':
    case 'Cancelling':
      return undefined;
    case 'Success':
    case 'Failed':
      return ended(invocation, details);
    case 'TimedOut':
      return details === 'DeliveryTimedOut'
        ? { kind: 'offline', reason: 'the agent did not take the command within the delivery time' }
        : { kind: 'timeout', reason: 'the script was stopped at its execution time limit' };
    case 'Cancelled':
      return details === 'Undeliverable' || details === 'Terminated'
        ? { kind: 'offline', reason: `Systems Manager could not deliver the command (${details})` }
        : { kind: 'failed', code: 'Cancelled', reason: 'the command was cancelled by someone' };
    default:
      return {
        kind: 'failed',
        code: 'UnknownStatus',
        reason: `Systems Manager answered the status "${invocation.Status ?? 'none'}", which is not documented`,
      };
  }
}

function ended(invocation: GetCommandInvocationResult, details: string): CommandOutcome {
  if (details === 'Undeliverable' || details === 'DeliveryTimedOut') {
    return { kind: 'offline', reason: `Systems Manager could not deliver the command (${details})` };
  }
  // -1: the script was never started, e.g. as the agent found no room for it.
  if (invocation.ResponseCode === undefined || invocation.ResponseCode < 0) {
    return {
      kind: 'failed',
      code: details === '' ? 'NotStarted' : details,
      reason: `the script was not started: ${invocation.StandardErrorContent ?? 'no reason given'}`,
    };
  }
  return {
    kind: 'finished',
    exitCode: invocation.ResponseCode,
    stdout: invocation.StandardOutputContent ?? '',
    stderr: invocation.StandardErrorContent ?? '',
  };
}

/** True while the agent has not taken the command. */
export function isUndelivered(invocation: GetCommandInvocationResult): boolean {
  return invocation.Status === 'Pending' || invocation.Status === 'Delayed';
}
