import { checkDraft } from './checks.ts';
import { readDraft } from './draft.ts';
import { SpecError } from './error.ts';
import type { Problems } from './problems.ts';
import type { ClusterSpec, GroupSpec } from './spec.ts';

/** The declared form, as plain data, to a cluster. `problems` may hold some already. @throws SpecError */
export function validate(value: unknown, problems: Problems, source: string): ClusterSpec {
  const draft = readDraft(value, problems);
  checkDraft(draft, problems);
  const groups: [string, GroupSpec][] = [];
  for (const group of draft.groups ?? []) {
    if (group.whole !== undefined) groups.push([group.name, group.whole]);
  }
  if (problems.all.length > 0 || draft.cluster === undefined || draft.network === undefined) {
    throw new SpecError(problems.all, source);
  }
  return { cluster: draft.cluster, network: draft.network, groups: Object.fromEntries(groups) };
}
