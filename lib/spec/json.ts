import { SpecError } from './error.ts';
import { createProblems, type Path, type Problems } from './problems.ts';
import type { ClusterSpec } from './spec.ts';
import { validate } from './validate.ts';

/** A cluster as JSON, for the table and for CloudFormation, which would turn loose numbers into text. */
export function serializeSpec(spec: ClusterSpec): string {
  return JSON.stringify(spec);
}

/** Reads what `serializeSpec` wrote, by the same rules as a declaration. @throws SpecError */
export function reviveSpec(text: string, source = 'stored spec'): ClusterSpec {
  const problems = createProblems(() => undefined);
  return validate(declaredForm(parseJson(text, problems, source), problems), problems, source);
}

function parseJson(text: string, problems: Problems, source: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    problems.add([], undefined, `the text is no JSON: ${error.message}`, 'a cluster as JSON');
    throw new SpecError(problems.all, source);
  }
}

/** Unions that a declaration writes in fewer words. Anything unexpected is left as it is, for the validation to refuse. */
function declaredForm(value: unknown, problems: Problems): unknown {
  if (!isObject(value) || !isObject(value['groups'])) return value;
  const groups = Object.entries(value['groups']).map(([name, group]) => {
    if (!isObject(group)) return [name, group];
    const form = { ...group };
    if (isObject(form['allocation'])) {
      form['allocation'] = declaredAllocation(form['allocation'], ['groups', name, 'allocation'], problems);
    }
    if (isObject(form['ami'])) form['ami'] = declaredAmi(form['ami']);
    if (isObject(form['update'])) form['update'] = declaredUpdate(form['update']);
    return [name, form];
  });
  return { ...value, groups: Object.fromEntries(groups) };
}

function declaredAllocation(value: Record<string, unknown>, path: Path, problems: Problems): unknown {
  const { kind, ...rest } = value;
  if (typeof kind !== 'string' || !['logicalIds', 'size'].includes(kind) || !Object.hasOwn(rest, kind)) {
    problems.add([...path, 'kind'], kind, 'does not name what the allocation holds', 'logicalIds or size');
  }
  return rest;
}

function declaredAmi(value: Record<string, unknown>): unknown {
  const { source, ...rest } = value;
  if (!isObject(source)) return value;
  const { kind, ...named } = source;
  if (kind === 'parameter') {
    const { name, ...more } = named;
    return { ...rest, ...more, parameter: name };
  }
  if (kind === 'id') {
    const { imageId, ...more } = named;
    return { ...rest, ...more, id: imageId };
  }
  return value;
}

function declaredUpdate(value: Record<string, unknown>): unknown {
  return Object.fromEntries(Object.entries(value).map(([name, given]) => [name, declaredAmount(given)]));
}

function declaredAmount(value: unknown): unknown {
  if (!isObject(value)) return value;
  const { kind, ...named } = value;
  if (Object.keys(named).length !== 1) return value;
  if (kind === 'count' && typeof named['count'] === 'number') return named['count'];
  if (kind === 'percent' && typeof named['percent'] === 'number') return `${named['percent']}%`;
  return value;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
