import { reasonOf } from '../errors.ts';
import { handlerOf } from '../resources/registry.ts';
import { reversed, walk } from './graph.ts';
import type { ResourceStatus, StackEvent, StackResource } from './stack.ts';
import { contextFor, type Surroundings } from './surroundings.ts';

/** `rollback`: of the operation that created them. */
export type Occasion = 'rollback' | 'deletion';

export interface Removal {
  readonly resources: readonly StackResource[];
  /** The events of what could not be deleted. */
  readonly failures: readonly StackEvent[];
}

/**
 * Deletes resources, each before what it depends on, independent ones side by side. What can't be deleted
 * keeps what it depends on, and nothing else.
 */
export async function removeResources(
  resources: readonly StackResource[],
  occasion: Occasion,
  surroundings: Surroundings,
  signal: AbortSignal,
): Promise<Removal> {
  const present = new Map(resources.filter(isThere).map((resource) => [resource.logicalId, resource]));
  const after = new Map<string, StackResource>(resources.map((resource) => [resource.logicalId, resource]));
  const failures: StackEvent[] = [];
  const needs = new Map([...present].map(([id, { dependsOn }]) => [id, new Set(dependsOn)]));
  await walk(reversed(needs), async (logicalId) => {
    const resource = present.get(logicalId);
    if (resource === undefined) {
      return false;
    }
    const outcome = await removeOne(resource, occasion, surroundings, signal);
    after.set(logicalId, { ...resource, status: outcome.status });
    if (outcome.status === 'DELETE_FAILED') {
      failures.push(outcome.event);
    }
    return outcome.status !== 'DELETE_FAILED';
  });
  return { resources: [...after.values()], failures };
}

function isThere({ identity, status }: StackResource): boolean {
  return identity !== undefined && status !== 'DELETE_COMPLETE' && status !== 'DELETE_SKIPPED';
}

interface Outcome {
  readonly status: Extract<ResourceStatus, 'DELETE_COMPLETE' | 'DELETE_SKIPPED' | 'DELETE_FAILED'>;
  readonly event: StackEvent;
}

async function removeOne(
  { logicalId, type, identity, properties, deletionPolicy, status: before }: StackResource,
  occasion: Occasion,
  surroundings: Surroundings,
  signal: AbortSignal,
): Promise<Outcome> {
  const report = (status: ResourceStatus, reason?: string): StackEvent =>
    surroundings.journal.resource({ logicalId, type, physicalId: identity?.physicalId, status, reason });
  const ended = (status: Outcome['status'], reason?: string): Outcome => ({ status, event: report(status, reason) });

  if (deletionPolicy === 'Retain' || (deletionPolicy === 'RetainExceptOnCreate' && occasion === 'deletion')) {
    return ended('DELETE_SKIPPED');
  }
  try {
    report('DELETE_IN_PROGRESS');
    const handler = handlerOf(type);
    if (handler === undefined || identity === undefined) {
      return ended('DELETE_FAILED', `${type} is not known to the lab: it can't be deleted by it`);
    }
    const context = contextFor({ logicalId, type }, surroundings, signal);
    // What never was complete holds nothing worth a copy.
    const copy = deletionPolicy === 'Snapshot' && before !== 'CREATE_FAILED';
    await handler.delete({ identity, properties }, context, copy ? 'snapshot-first' : 'delete');
    return ended('DELETE_COMPLETE');
  } catch (error) {
    return ended('DELETE_FAILED', reasonOf(error));
  }
}
