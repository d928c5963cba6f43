import { reasonOf } from '../errors.ts';
import { handlerOf } from '../resources/registry.ts';
import { walk } from './graph.ts';
import type { Identity, StackEvent, StackResource } from './stack.ts';
import { contextFor, type Surroundings } from './surroundings.ts';
import type { Touched, UpdateState } from './update-resources.ts';

export interface RolledBack {
  /** What was made by the update and is not wanted any more. */
  readonly unwanted: readonly StackResource[];
  /** The events of what could not be brought back. */
  readonly failures: readonly StackEvent[];
}

/**
 * Brings what an update touched back to what it was: changed ones are changed back, that which failed too, for nobody
 * knows how far it came; of replaced ones the former is still there. What was made is left for the clean-up.
 * `state.current` is what is there afterwards.
 */
export async function rollBackUpdate(
  state: UpdateState,
  surroundings: Surroundings,
  signal: AbortSignal,
): Promise<RolledBack> {
  const unwanted: StackResource[] = [];
  const failures: StackEvent[] = [];
  const { current, touched } = state;
  for (const { logicalId, how, former } of touched.values()) {
    const made = current.get(logicalId);
    if (how === 'updated') continue;
    if (made?.identity !== undefined) unwanted.push({ ...made, deletionPolicy: onRollback(made) });
    if (former === undefined) current.delete(logicalId);
    else current.set(logicalId, former);
  }
  const updated = new Map([...touched].filter(([, { how }]) => how === 'updated'));
  const needs = new Map([...updated].map(([id, { former }]) => [id, new Set(among(former?.dependsOn ?? [], updated))]));
  await walk(needs, async (logicalId) => {
    const one = updated.get(logicalId);
    const outcome = one === undefined ? undefined : await bringBack(one, state, surroundings, signal);
    if (outcome?.failure !== undefined) failures.push(outcome.failure);
    if (outcome?.unwanted !== undefined) unwanted.push(outcome.unwanted);
    // What depends on one that could not be brought back is brought back all the same: it is tried, and says so.
    return true;
  });
  return { unwanted, failures };
}

function among(names: readonly string[], known: ReadonlyMap<string, unknown>): readonly string[] {
  return names.filter((name) => known.has(name));
}

/** RetainExceptOnCreate keeps nothing that this very operation made. */
function onRollback({ deletionPolicy }: StackResource): StackResource['deletionPolicy'] {
  return deletionPolicy === 'Retain' ? 'Retain' : 'Delete';
}

async function bringBack(
  { logicalId, former }: Touched,
  { current }: UpdateState,
  surroundings: Surroundings,
  signal: AbortSignal,
): Promise<{ readonly unwanted?: StackResource; readonly failure?: StackEvent }> {
  const now = current.get(logicalId);
  const handler = former === undefined ? undefined : handlerOf(former.type);
  if (former?.identity === undefined || now?.identity === undefined || handler === undefined) return {};
  const { type } = former;
  let { physicalId } = now.identity;
  const report = (status: 'UPDATE_IN_PROGRESS' | 'UPDATE_COMPLETE' | 'UPDATE_FAILED', reason?: string): StackEvent =>
    surroundings.journal.resource({ logicalId, type, physicalId, status, reason });
  try {
    report('UPDATE_IN_PROGRESS');
    const made = (identity: Identity): void => {
      physicalId = identity.physicalId;
    };
    const context = {
      ...contextFor({ logicalId, type }, { ...surroundings, tags: former.stackTags }, signal),
      made,
      formerTags: now.stackTags,
    };
    const path = `Resources.${logicalId}.Properties`;
    const identity = await handler.update(
      { identity: now.identity, properties: now.properties },
      former.properties,
      context,
      path,
    );
    physicalId = identity.physicalId;
    current.set(logicalId, { ...former, identity, status: 'UPDATE_COMPLETE' });
    report('UPDATE_COMPLETE');
    return physicalId === now.identity.physicalId ? {} : { unwanted: now };
  } catch (error) {
    current.set(logicalId, { ...now, status: 'UPDATE_FAILED' });
    return { failure: report('UPDATE_FAILED', reasonOf(error)) };
  }
}
