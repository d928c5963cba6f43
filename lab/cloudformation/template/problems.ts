import type { z } from 'zod';
import type { TemplateProblem, TemplateProblemCode } from '../errors.ts';

type Issue = z.core.$ZodIssue;

/**
 * One problem an issue, with `unknownKey` as the code of those about keys that the schema does not have.
 * Of a union's branches the one that came furthest is reported.
 */
export function toProblems(
  error: z.ZodError | z.core.$ZodError,
  path: readonly PropertyKey[],
  unknownKey: TemplateProblemCode,
): TemplateProblem[] {
  return error.issues.flatMap((issue) => ofIssue(issue, path, unknownKey));
}

function ofIssue(issue: Issue, path: readonly PropertyKey[], unknownKey: TemplateProblemCode): TemplateProblem[] {
  const here = [...path, ...issue.path];
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({
        code: unknownKey,
        path: joined([...here, key]),
        message: 'is not known to the lab; nothing is skipped silently, so it has to be taken out or taught to the lab',
      }));
    case 'invalid_union': {
      const branches = issue.errors.toSorted((a, b) => depth(b) - depth(a));
      const best = branches[0];
      return best === undefined || depth(best) === 0
        ? [{ code: 'InvalidTemplate', path: joined(here), message: issue.message }]
        : best.flatMap((inner) => ofIssue(inner, here, unknownKey));
    }
    default:
      return [{ code: 'InvalidTemplate', path: joined(here), message: issue.message }];
  }
}

function depth(issues: readonly Issue[]): number {
  return Math.max(0, ...issues.map((issue) => issue.path.length + (issue.code === 'unrecognized_keys' ? 1 : 0)));
}

export function joined(path: readonly PropertyKey[]): string {
  return path.length === 0 ? '(template)' : path.map(String).join('.');
}
