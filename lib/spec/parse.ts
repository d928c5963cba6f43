import { SpecError } from './error.ts';
import { createProblems } from './problems.ts';
import type { ClusterSpec } from './spec.ts';
import { validate } from './validate.ts';
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
