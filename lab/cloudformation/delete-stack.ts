import type { Clock } from '../../lib/clock.ts';
import type { Clients } from './clients.ts';
import { createCustomResourceCaller } from './custom-resource/caller.ts';
import { createJournal, type Progress } from './stack/journal.ts';
import type { Random } from './stack/names.ts';
import { removeResources } from './stack/remove-resources.ts';
import { type Stack, StackError } from './stack/stack.ts';

export interface DeleteStackOptions {
  /** As `provision` returned it, or as an earlier `deleteStack` left it. */
  readonly stack: Stack;
  readonly clients: Clients;
  readonly clock: Clock;
  readonly random: Random;
  /** Told of every event as it happens. @default nobody is told */
  readonly progress?: Progress;
  /** Ends waits; what is under way is then reported as failed. @default never */
  readonly signal?: AbortSignal;
}

/**
 * Deletes a stack's resources, each before what it depends on. What its deletion policy keeps is skipped, and a
 * snapshot is taken first of what asks for it. Can be repeated after a failure.
 *
 * @returns the stack as it is afterwards, `DELETE_COMPLETE`
 * @throws StackError with the code `StackDeleteFailed`; its `left` is what is there afterwards
 */
export async function deleteStack(options: DeleteStackOptions): Promise<Stack> {
  const { stack, clients, clock, random, signal = new AbortController().signal } = options;
  const journal = createJournal(stack, clock, options.progress ?? (() => {}), stack.events);
  const customResources = createCustomResourceCaller({ lambda: clients.lambda, clock, random });
  const place = { account: stack.account, region: stack.region, stackName: stack.name, stackId: stack.id };
  try {
    journal.stack('DELETE_IN_PROGRESS', 'User Initiated');
    const surroundings = { place, clients, clock, random, tags: {}, customResources, journal };
    const { resources, failures } = await removeResources(stack.resources, 'deletion', surroundings, signal);
    const status = failures.length === 0 ? 'DELETE_COMPLETE' : 'DELETE_FAILED';
    const which = failures.map((event) => event.logicalId).join(', ');
    journal.stack(
      status,
      failures.length === 0 ? undefined : `The following resource(s) failed to delete: [${which}].`,
    );
    const left: Stack = { ...stack, status, resources, events: [...journal.events] };
    if (failures.length > 0) {
      throw new StackError('StackDeleteFailed', left, failures);
    }
    return left;
  } finally {
    await customResources.close();
  }
}
