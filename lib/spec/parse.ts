import { checkDraft } from './checks.ts';
import { readDraft } from './draft.ts';
import { SpecError } from './error.ts';
import { createProblems, type Problems } from './problems.ts';
import type { ClusterSpec, GroupSpec } from './spec.ts';
import { readYaml } from './yaml.ts';

/**
 * Reads a cluster as people declare it (`swarm.yaml`): checks it as a whole and fills in every default.
 * @param source what to call the text in errors, e.g. its file name
 * @throws SpecError with every problem in it
 */
export function parseSpec(text: string, source = 'swarm.yaml'): ClusterSpec {
  const { problems, document } = readYaml(text, createProblems);
  if (document === undefined) throw new SpecError(problems.all, source);
  return validate(document.value, problems, source);
}

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
