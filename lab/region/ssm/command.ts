import type { CommandParameters, RenderedStep } from './rendering.ts';

/** One SendCommand. */
export interface Command {
  readonly id: string;
  readonly documentName: string;
  readonly documentVersion: number;
  readonly comment: string;
  readonly parameters: CommandParameters;
  readonly step: RenderedStep;
  readonly instanceIds: readonly string[];
  readonly targets: readonly { readonly Key: string; readonly Values: readonly string[] }[];
  readonly requestedAt: number;
  /** Seconds for delivery. */
  readonly timeoutSeconds: number;
  readonly invocations: ReadonlyMap<string, Invocation>;
}

/** One instance's part of it. */
export interface Invocation {
  readonly instanceId: string;
  progress: InvocationProgress;
}

export type InvocationProgress =
  | { readonly state: 'pending' }
  | { readonly state: 'delivered'; readonly at: number; readonly cancelling: boolean }
  | {
      readonly state: 'ended';
      /** `undefined`: it never began. */
      readonly startedAt: number | undefined;
      readonly at: number;
      readonly status: EndStatus;
      readonly details: string;
      readonly exitCode: number;
      readonly stdout: string;
      readonly stderr: string;
    };

export type EndStatus = 'Success' | 'Failed' | 'TimedOut' | 'Cancelled';

/** An agent that was killed with its machine never reports: this long after its script's own limit it counts as timed out. */
const REPORT_GRACE_MILLISECONDS = 5_000;

/**
 * Time-outs are found when somebody looks, so that none needs a timer: not delivered within `timeoutSeconds`, or
 * delivered and not reported within the step's own limit.
 */
export function settle(command: Command, invocation: Invocation, now: number): void {
  const { progress } = invocation;
  const nothing = { exitCode: -1, stdout: '', stderr: '' };
  if (progress.state === 'pending') {
    const at = command.requestedAt + command.timeoutSeconds * 1000;
    if (now < at) return;
    invocation.progress = {
      state: 'ended',
      startedAt: undefined,
      at,
      status: 'TimedOut',
      details: 'DeliveryTimedOut',
      ...nothing,
    };
  } else if (progress.state === 'delivered') {
    const at = progress.at + command.step.timeoutSeconds * 1000 + REPORT_GRACE_MILLISECONDS;
    if (now < at) return;
    invocation.progress = {
      state: 'ended',
      startedAt: progress.at,
      at,
      status: 'TimedOut',
      details: 'ExecutionTimedOut',
      ...nothing,
    };
  }
}

/** Status and its details. Source: Systems Manager User Guide, "Understanding command statuses". */
export function statusOf({ progress }: Invocation): { readonly status: string; readonly details: string } {
  switch (progress.state) {
    case 'pending':
      return { status: 'Pending', details: 'Pending' };
    case 'delivered':
      return progress.cancelling
        ? { status: 'Cancelling', details: 'Cancelling' }
        : { status: 'InProgress', details: 'InProgress' };
    case 'ended':
      return { status: progress.status, details: progress.details };
  }
}

/** The command's own status: the worst of its invocations once all have ended. Without any it is a success. */
export function commandStatus(command: Command): { readonly status: string; readonly details: string } {
  const all = [...command.invocations.values()].map(statusOf);
  const waiting = (status: string) => ['Pending', 'InProgress', 'Cancelling'].includes(status);
  if (all.some(({ status }) => waiting(status))) {
    const pending = all.every(({ status }) => status === 'Pending');
    return pending ? { status: 'Pending', details: 'Pending' } : { status: 'InProgress', details: 'InProgress' };
  }
  for (const worst of ['Failed', 'TimedOut', 'Cancelled']) {
    const found = all.find(({ status }) => status === worst);
    if (found !== undefined) return found;
  }
  return { status: 'Success', details: all.length === 0 ? 'NoInstancesInTag' : 'Success' };
}
