import { TAG } from '../../lib/names.ts';
import type { World } from './world.ts';

/**
 * A manager's machine that is gone had the join tokens on its disk or in its memory: none of them may let anybody in any
 * more once another machine is in its place and the cluster is whole.
 * @returns what has to be called of a whole cluster
 */
export function watchTakenTokens({ region, truth, report }: World): () => void {
  const taken = new Map<string, { readonly logicalId: string; readonly tokens: readonly string[] }>();
  /** There may be no leader at the moment. */
  let tokens: readonly string[] = [];
  region.onEvent(({ 'detail-type': kind }) => {
    if (kind !== 'EC2 Instance State-change Notification') return;
    const state = truth.state();
    if (state !== undefined) tokens = Object.values(state.tokens);
    for (const instance of truth.instances()) {
      const logicalId = instance.tags.get(TAG.logicalId);
      if (instance.state !== 'terminated' || logicalId === undefined || taken.has(instance.id)) continue;
      taken.set(instance.id, { logicalId, tokens });
    }
  });
  return () => {
    const declared = truth.managerIds();
    const valid = Object.values(truth.state()?.tokens ?? {});
    for (const [id, { logicalId, tokens: known }] of taken) {
      if (!declared.includes(logicalId) || !valid.some((token) => known.includes(token))) continue;
      report('tokens-are-rotated', `a join token that ${id} at ${logicalId} had is valid still`);
    }
  };
}
