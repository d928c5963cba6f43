import { TemplateError, type TemplateProblem } from '../errors.ts';
import { own } from '../json.ts';
import type { ResourceHandler } from '../resources/handler.ts';
import { handlerOf, RESOURCE_TYPES } from '../resources/registry.ts';
import { type Reference, references } from '../template/references.ts';
import type { ResourceDeclaration, Template } from '../template/template.ts';
import { type Dependencies, findCycle } from './graph.ts';

/** What is to be created, known to be possible as far as that can be seen without creating anything. */
export interface Blueprint {
  readonly resources: ReadonlyMap<string, PlannedResource>;
  readonly outputs: Template['Outputs'];
}

export interface PlannedResource {
  readonly declaration: ResourceDeclaration;
  readonly handler: ResourceHandler;
  readonly dependsOn: ReadonlySet<string>;
}

/**
 * Leaves out what the conditions exclude and finds what depends on what.
 *
 * @throws TemplateError with every unknown type, property and function, dangling reference and circle in it
 */
export function drawUp(template: Template, conditions: ReadonlyMap<string, boolean>): Blueprint {
  const problems: TemplateProblem[] = [];
  const included = ([, part]: readonly [string, { readonly Condition?: string | undefined }]): boolean =>
    part.Condition === undefined || conditions.get(part.Condition) !== false;
  const declared = new Map(Object.entries(template.Resources).filter(included));
  const outputs = Object.fromEntries(Object.entries(template.Outputs).filter(included));
  problems.push(...unknownConditions(template, conditions));

  const refersTo = (find: () => readonly Reference[]): ReadonlySet<string> => {
    const found = collect(problems, find);
    problems.push(...found.flatMap((reference) => dangling(reference, template, declared)));
    return new Set(found.map(({ name }) => name).filter((name) => declared.has(name)));
  };

  const resources = new Map<string, PlannedResource>();
  for (const [id, declaration] of declared) {
    const path = `Resources.${id}`;
    const used = refersTo(() => references(declaration.Properties, conditions, `${path}.Properties`));
    problems.push(...unknownDependencies(declaration, template, path));
    const handler = handlerOf(declaration.Type);
    if (handler === undefined) {
      const message = `${declaration.Type} is not known to the lab; known are ${RESOURCE_TYPES.join(', ')}`;
      problems.push({ code: 'UnknownResourceType', path: `${path}.Type`, message });
      continue;
    }
    problems.push(...handler.check(declaration.Properties, `${path}.Properties`));
    if (declaration.DeletionPolicy === 'Snapshot' && !handler.snapshots) {
      const message = `${declaration.Type} has no snapshots; allowed are Delete, Retain and RetainExceptOnCreate`;
      problems.push({ code: 'InvalidTemplate', path: `${path}.DeletionPolicy`, message });
    }
    const explicit = declaration.DependsOn.filter((name) => declared.has(name));
    resources.set(id, { declaration, handler, dependsOn: new Set([...used, ...explicit]) });
  }
  for (const [id, output] of Object.entries(outputs)) {
    refersTo(() => references(output.Value, conditions, `Outputs.${id}.Value`));
    refersTo(() => references(output.Export?.Name ?? '', conditions, `Outputs.${id}.Export.Name`));
  }
  problems.push(...circles(new Map([...resources].map(([id, { dependsOn }]) => [id, dependsOn]))));

  const [first, ...rest] = problems;
  if (first !== undefined) {
    throw new TemplateError([first, ...rest]);
  }
  return { resources, outputs };
}

/** What `find` returns; a TemplateError that it throws joins the others. */
function collect<T>(problems: TemplateProblem[], find: () => readonly T[]): readonly T[] {
  try {
    return find();
  } catch (error) {
    if (!(error instanceof TemplateError)) {
      throw error;
    }
    problems.push(...error.problems);
    return [];
  }
}

function dangling(
  { name, attribute, path }: Reference,
  template: Template,
  declared: ReadonlyMap<string, ResourceDeclaration>,
): readonly TemplateProblem[] {
  const resource = declared.get(name);
  if (resource === undefined) {
    if (Object.hasOwn(template.Parameters, name) && attribute === undefined) {
      return [];
    }
    const why = Object.hasOwn(template.Resources, name)
      ? 'is a resource whose condition excludes it'
      : 'is neither a parameter nor a resource';
    return [{ code: 'UnresolvedReference', path, message: `"${name}" ${why}` }];
  }
  const known = handlerOf(resource.Type)?.attributes ?? 'any';
  if (attribute === undefined || known === 'any' || known.includes(attribute)) {
    return [];
  }
  const message = `${resource.Type} has no attribute "${attribute}" known to the lab; known are ${known.join(', ') || 'none'}`;
  return [{ code: 'UnresolvedReference', path, message }];
}

function unknownConditions(template: Template, conditions: ReadonlyMap<string, boolean>): readonly TemplateProblem[] {
  const uses = [
    ...Object.entries(template.Resources).map(([id, part]) => [`Resources.${id}.Condition`, part.Condition] as const),
    ...Object.entries(template.Outputs).map(([id, part]) => [`Outputs.${id}.Condition`, part.Condition] as const),
  ];
  return uses.flatMap(([path, name]) =>
    name === undefined || conditions.has(name)
      ? []
      : [{ code: 'UnresolvedReference', path, message: `"${name}" is not in Conditions` }],
  );
}

function unknownDependencies(
  declaration: ResourceDeclaration,
  template: Template,
  path: string,
): readonly TemplateProblem[] {
  return declaration.DependsOn.filter((name) => own(template.Resources, name) === undefined).map((name) => ({
    code: 'UnresolvedReference',
    path: `${path}.DependsOn`,
    message: `"${name}" is no resource`,
  }));
}

function circles(dependencies: Dependencies): readonly TemplateProblem[] {
  const cycle = findCycle(dependencies);
  return cycle === undefined
    ? []
    : [
        {
          code: 'CircularDependency',
          path: `Resources.${cycle[0] ?? ''}`,
          message: `needs itself: ${cycle.join(' needs ')}`,
        },
      ];
}
