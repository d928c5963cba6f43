import type { Clock } from '../../../lib/clock.ts';
import type { ResourceStatus, StackEvent, StackStatus } from './stack.ts';

export type Progress = (event: StackEvent) => void;

/** Keeps a stack's events and tells `progress` of each as it happens. */
export interface Journal {
  readonly events: readonly StackEvent[];
  resource(event: Omit<StackEvent, 'at' | 'status'> & { readonly status: ResourceStatus }): StackEvent;
  stack(status: StackStatus, reason?: string): StackEvent;
}

export function createJournal(
  stack: { readonly name: string; readonly id: string },
  clock: Clock,
  progress: Progress,
  earlier: readonly StackEvent[] = [],
): Journal {
  const events = [...earlier];
  const add = (event: StackEvent): StackEvent => {
    events.push(event);
    progress(event);
    return event;
  };
  return {
    events,
    resource: (event) => add({ at: clock.now(), ...event }),
    stack: (status, reason) =>
      add({
        at: clock.now(),
        logicalId: stack.name,
        type: 'AWS::CloudFormation::Stack',
        physicalId: stack.id,
        status,
        reason,
      }),
  };
}
