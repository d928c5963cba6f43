import { CancelledError, reasonOf, TemplateError } from '../errors.ts';
import type { Change, UpdateContext } from '../resources/handler.ts';
import { differing } from '../resources/handler.ts';
import { resolveObject } from '../template/resolve.ts';
import type { Scope } from '../template/scope.ts';
import type { Blueprint, PlannedResource } from './blueprint.ts';
import { bringAll, createOne } from './create-resources.ts';
import type { Identity, StackEvent, StackResource } from './stack.ts';
import { contextFor, type Surroundings } from './surroundings.ts';

/** What an update has done to one resource. `former`: as it was before; `undefined` when it was not there. */
export interface Touched {
  readonly logicalId: string;
  readonly how: 'created' | 'updated' | 'replaced';
  readonly former: StackResource | undefined;
}

/** How far an update came. All of it is filled while it goes on. */
export interface UpdateState {
  /** By logical id: what is there now, the former ones of removed resources among them. */
  readonly current: Map<string, StackResource>;
  readonly touched: Map<string, Touched>;
  /** What was replaced: to be deleted, or kept, once all the rest went well. */
  readonly superseded: StackResource[];
}

/**
 * Brings resources to what the blueprint says: new ones are created, changed ones changed in place or created anew
 * beside the former, independent ones side by side. Nothing is deleted. The first failure calls off what is under way.
 *
 * @returns the events of the failures; empty when all went well
 */
export async function updateResources(
  blueprint: Blueprint,
  scope: Scope,
  state: UpdateState,
  surroundings: Surroundings,
  signal: AbortSignal,
): Promise<readonly StackEvent[]> {
  return bringAll(blueprint, new CancelledError('update'), signal, (logicalId, planned, either) =>
    bring(logicalId, planned, scope, state, surroundings, either),
  );
}

async function bring(
  logicalId: string,
  planned: PlannedResource,
  scope: Scope,
  state: UpdateState,
  surroundings: Surroundings,
  signal: AbortSignal,
): Promise<StackEvent | undefined> {
  const { current, touched, superseded } = state;
  const former = current.get(logicalId);
  if (former?.identity === undefined) {
    touched.set(logicalId, { logicalId, how: 'created', former: undefined });
    return createOne(logicalId, planned, scope, current, surroundings, signal);
  }
  const { declaration, handler } = planned;
  const { Type: type } = declaration;
  const { journal } = surroundings;
  const path = `Resources.${logicalId}.Properties`;
  let physicalId = former.identity.physicalId;
  const report = (status: 'UPDATE_IN_PROGRESS' | 'UPDATE_COMPLETE' | 'UPDATE_FAILED', reason?: string): StackEvent =>
    journal.resource({ logicalId, type, physicalId, status, reason });
  try {
    const properties = resolveObject(declaration.Properties, scope, path);
    const base: StackResource = {
      ...former,
      deletionPolicy: declaration.DeletionPolicy,
      dependsOn: [...planned.dependsOn],
    };
    const change = changeOf(planned, former, properties, surroundings.tags);
    if (change.kind === 'none') {
      current.set(logicalId, { ...base, properties, stackTags: surroundings.tags });
      return undefined;
    }
    const become = (identity: Identity): void => {
      physicalId = identity.physicalId;
      const stackTags = surroundings.tags;
      current.set(logicalId, { ...base, properties, identity, stackTags, status: 'UPDATE_COMPLETE' });
    };
    const made = (identity: Identity): void => become(identity);
    const context: UpdateContext = {
      ...contextFor({ logicalId, type }, surroundings, signal),
      made,
      formerTags: former.stackTags,
    };
    if (change.kind === 'replacement') {
      report('UPDATE_IN_PROGRESS', REPLACEMENT);
      touched.set(logicalId, { logicalId, how: 'replaced', former });
      // Nothing is there of the new one until it says so; a roll-back must not take the former one for it.
      current.set(logicalId, { ...base, properties, identity: undefined, status: 'CREATE_IN_PROGRESS' });
      become(await handler.create(properties, context, path));
      superseded.push({ ...former, deletionPolicy: declaration.UpdateReplacePolicy });
    } else {
      report('UPDATE_IN_PROGRESS');
      touched.set(logicalId, { logicalId, how: 'updated', former });
      // If it fails half-way, the way back begins at what was asked for.
      current.set(logicalId, { ...base, properties, stackTags: surroundings.tags, status: 'UPDATE_FAILED' });
      const made = { identity: former.identity, properties: former.properties };
      become(await handler.update(made, properties, context, path));
      if (physicalId !== former.identity.physicalId) {
        superseded.push({ ...former, deletionPolicy: declaration.UpdateReplacePolicy });
      }
    }
    report('UPDATE_COMPLETE');
    return undefined;
  } catch (error) {
    return report('UPDATE_FAILED', reasonOf(error));
  }
}

const REPLACEMENT = 'Requested update requires the creation of a new physical resource; hence creating one.';

/** The change of one resource, that of its stack's tags included. */
export function changeOf(
  { handler }: Pick<PlannedResource, 'handler'>,
  former: Pick<StackResource, 'properties' | 'stackTags'>,
  properties: StackResource['properties'],
  stackTags: Readonly<Record<string, string>>,
): Change {
  const change = handler.change(former.properties, properties);
  const retagged = handler.taggable && differing(former.stackTags, stackTags).length > 0;
  if (!retagged) return change;
  return {
    kind: change.kind === 'none' ? 'in-place' : change.kind,
    properties: change.properties.includes('Tags') ? change.properties : [...change.properties, 'Tags'],
  };
}

/**
 * What an update can't do: make a resource of one type out of one of another.
 * Source: CloudFormation's own words for it, "Update of resource type is not permitted".
 *
 * @throws TemplateError
 */
export function refuseOtherTypes(blueprint: Blueprint, former: ReadonlyMap<string, StackResource>): void {
  const changed = [...blueprint.resources].filter(([id, { declaration }]) => {
    const before = former.get(id);
    return before !== undefined && before.type !== declaration.Type;
  });
  if (changed.length > 0) {
    const names = changed.map(([id]) => id).join(', ');
    throw TemplateError.of(
      'InvalidTemplate',
      'Resources',
      `Update of resource type is not permitted. The new template modifies resource type of the following resources: [${names}]`,
    );
  }
}

/** A removed resource goes by the policy that it was declared with last. */
export function removedResources(blueprint: Blueprint, former: readonly StackResource[]): readonly StackResource[] {
  return former.filter(({ logicalId }) => !blueprint.resources.has(logicalId));
}
