import { CancelledError, reasonOf } from '../errors.ts';
import { resolveObject } from '../template/resolve.ts';
import type { Scope } from '../template/scope.ts';
import type { Blueprint, PlannedResource } from './blueprint.ts';
import { walk } from './graph.ts';
import type { Identity, StackEvent, StackResource } from './stack.ts';
import { contextFor, type Surroundings } from './surroundings.ts';

/**
 * Creates what the blueprint says, independent resources side by side. The first failure calls off what is under way.
 * `created` is filled as resources come into being, in that order, with the failed ones among them.
 *
 * @returns the events of the failures; empty when all went well
 */
export async function createResources(
  blueprint: Blueprint,
  scope: Scope,
  created: Map<string, StackResource>,
  surroundings: Surroundings,
  signal: AbortSignal,
): Promise<readonly StackEvent[]> {
  return bringAll(blueprint, new CancelledError(), signal, (logicalId, planned, either) =>
    createOne(logicalId, planned, scope, created, surroundings, either),
  );
}

/**
 * Brings every resource after those that it depends on, independent ones side by side. The first failure calls off what is
 * under way.
 *
 * @returns the events of the failures; empty when all went well
 */
export async function bringAll(
  blueprint: Blueprint,
  cancelled: CancelledError,
  signal: AbortSignal,
  bring: (logicalId: string, planned: PlannedResource, signal: AbortSignal) => Promise<StackEvent | undefined>,
): Promise<readonly StackEvent[]> {
  const failures: StackEvent[] = [];
  const calledOff = new AbortController();
  const either = AbortSignal.any([signal, calledOff.signal]);
  await walk(
    new Map([...blueprint.resources].map(([id, { dependsOn }]) => [id, dependsOn])),
    async (logicalId) => {
      const planned = blueprint.resources.get(logicalId);
      if (planned === undefined) return false;
      const failure = await bring(logicalId, planned, either);
      if (failure !== undefined) {
        failures.push(failure);
        calledOff.abort(cancelled);
      }
      return failure === undefined;
    },
    () => either.aborted,
  );
  return failures;
}

/** Creates one resource and files it in `created`. @returns the event of its failure */
export async function createOne(
  logicalId: string,
  { declaration, handler, dependsOn }: PlannedResource,
  scope: Scope,
  created: Map<string, StackResource>,
  surroundings: Surroundings,
  signal: AbortSignal,
): Promise<StackEvent | undefined> {
  const { journal } = surroundings;
  const { Type: type } = declaration;
  const path = `Resources.${logicalId}.Properties`;
  let resource: StackResource = {
    logicalId,
    type,
    properties: {},
    identity: undefined,
    status: 'CREATE_IN_PROGRESS',
    deletionPolicy: declaration.DeletionPolicy,
    stackTags: surroundings.tags,
    dependsOn: [...dependsOn],
  };
  const become = (change: Partial<Pick<StackResource, 'properties' | 'identity' | 'status'>>): void => {
    resource = { ...resource, ...change };
    created.set(logicalId, resource);
  };
  try {
    become({ properties: resolveObject(declaration.Properties, scope, path) });
    journal.resource({ logicalId, type, physicalId: undefined, status: 'CREATE_IN_PROGRESS', reason: undefined });
    const made = (identity: Identity): void => become({ identity });
    const context = { ...contextFor({ logicalId, type }, surroundings, signal), made };
    const identity = await handler.create(resource.properties, context, path);
    become({ identity, status: 'CREATE_COMPLETE' });
    const { physicalId } = identity;
    journal.resource({ logicalId, type, physicalId, status: 'CREATE_COMPLETE', reason: undefined });
    return undefined;
  } catch (error) {
    become({ status: 'CREATE_FAILED' });
    const physicalId = resource.identity?.physicalId;
    return journal.resource({ logicalId, type, physicalId, status: 'CREATE_FAILED', reason: reasonOf(error) });
  }
}
