import { createCustomResourceCaller } from './custom-resource/caller.ts';
import { reasonOf } from './errors.ts';
import { type Draft, prepare, readOutputs, shownParameters } from './prepare.ts';
import type { ProvisionOptions } from './provision.ts';
import { createJournal, type Journal } from './stack/journal.ts';
import { removeResources } from './stack/remove-resources.ts';
import { rollBackUpdate } from './stack/roll-back-update.ts';
import { type Stack, StackError, type StackEvent, type StackResource } from './stack/stack.ts';
import type { Surroundings } from './stack/surroundings.ts';
import { refuseOtherTypes, removedResources, type UpdateState, updateResources } from './stack/update-resources.ts';

export interface UpdateStackOptions
  extends Pick<
    ProvisionOptions,
    'template' | 'clients' | 'clock' | 'random' | 'parameters' | 'tags' | 'progress' | 'signal'
  > {
  /** As `provision` or an earlier update returned it. */
  readonly stack: Stack;
}

/**
 * Brings a stack to another template, as CloudFormation does: new and changed resources first, in the order of their
 * dependencies; when all of that went well, what was replaced or removed is deleted, or kept as its policy says. When
 * something failed, everything is brought back to what it was.
 *
 * @returns the stack as it is afterwards, `UPDATE_COMPLETE`, also when something could not be cleaned up: an event says so
 * @throws TemplateError when the template can't be carried out: nothing was changed
 * @throws StackError with the code `StackUpdateFailed` after the roll-back; its `left` is what is there afterwards
 */
export async function updateStack(options: UpdateStackOptions): Promise<Stack> {
  const { stack, clients, clock, random, tags = {}, signal = new AbortController().signal } = options;
  const place = { account: stack.account, region: stack.region, stackName: stack.name, stackId: stack.id };
  const draft = await prepare({ template: options.template, place, clients, parameters: options.parameters ?? {} });
  const there = stack.resources.filter(isThere);
  const former = new Map(there.map((resource) => [resource.logicalId, resource]));
  refuseOtherTypes(draft.blueprint, former);

  const state: UpdateState = { current: new Map(former), touched: new Map(), superseded: [] };
  const scope = draft.scopeOver(state.current);
  const journal = createJournal(stack, clock, options.progress ?? (() => {}), stack.events);
  const customResources = createCustomResourceCaller({ lambda: clients.lambda, clock, random });
  const surroundings: Surroundings = { place, clients, clock, random, tags, customResources, journal };
  try {
    journal.stack('UPDATE_IN_PROGRESS', 'User Initiated');
    const failures = [...(await updateResources(draft.blueprint, scope, state, surroundings, signal))];
    let outputs: Stack['outputs'] | undefined;
    if (failures.length === 0 && !signal.aborted) {
      try {
        outputs = readOutputs(draft, scope);
      } catch (error) {
        failures.push(journal.stack('UPDATE_IN_PROGRESS', reasonOf(error)));
      }
    }
    if (outputs === undefined) return await rolledBack(stack, state, failures, surroundings, signal);
    const removed = removedResources(draft.blueprint, there);
    journal.stack('UPDATE_COMPLETE_CLEANUP_IN_PROGRESS');
    await cleanUp([...state.superseded, ...removed], surroundings);
    journal.stack('UPDATE_COMPLETE');
    const resources = [...draft.blueprint.resources.keys()].flatMap((id) => state.current.get(id) ?? []);
    return { ...after(stack, draft, journal), status: 'UPDATE_COMPLETE', outputs, resources };
  } finally {
    await customResources.close();
  }
}

/** What was deleted, or was never made, is not there for an update. */
function isThere({ identity, status }: StackResource): boolean {
  return identity !== undefined && status !== 'DELETE_COMPLETE' && status !== 'DELETE_SKIPPED';
}

/** Deletes what is not wanted any more. CloudFormation lets go of what it can't delete then; the event says so. */
async function cleanUp(unwanted: readonly StackResource[], surroundings: Surroundings): Promise<void> {
  await removeResources(unwanted, 'deletion', surroundings, new AbortController().signal);
}

function after(stack: Stack, draft: Draft, journal: Journal): Stack {
  return { ...stack, parameters: shownParameters(draft), events: [...journal.events] };
}

/** @throws StackError always */
async function rolledBack(
  stack: Stack,
  state: UpdateState,
  failures: readonly StackEvent[],
  surroundings: Surroundings,
  signal: AbortSignal,
): Promise<never> {
  const { journal } = surroundings;
  const which = failures.filter((event) => event.logicalId !== stack.name).map((event) => event.logicalId);
  const verb = failures.some(({ status }) => status === 'CREATE_FAILED') ? 'create' : 'update';
  const why = which.length > 0 ? `The following resource(s) failed to ${verb}: [${which.join(', ')}].` : undefined;
  const start = journal.stack(
    'UPDATE_ROLLBACK_IN_PROGRESS',
    why ?? failures[0]?.reason ?? `Called off: ${reasonOf(signal.reason)}`,
  );
  const back = await rollBackUpdate(state, surroundings, new AbortController().signal);
  const causes = failures.length === 0 ? [start] : failures;
  const left = (status: Stack['status']): Stack => ({
    ...stack,
    status,
    resources: [...state.current.values()],
    events: [...journal.events],
  });
  if (back.failures.length > 0) {
    const stuck = back.failures.map((event) => event.logicalId).join(', ');
    journal.stack('UPDATE_ROLLBACK_FAILED', `The following resource(s) failed to update: [${stuck}].`);
    const kept = left('UPDATE_ROLLBACK_FAILED');
    throw new StackError('StackUpdateFailed', kept, [...causes, ...back.failures]);
  }
  journal.stack('UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS');
  await cleanUp(back.unwanted, surroundings);
  journal.stack('UPDATE_ROLLBACK_COMPLETE');
  throw new StackError('StackUpdateFailed', left('UPDATE_ROLLBACK_COMPLETE'), causes);
}
