import type { Clients } from './clients.ts';
import { TemplateError } from './errors.ts';
import { dig, isJsonObject, type Json, own, shown } from './json.ts';
import { type Blueprint, drawUp } from './stack/blueprint.ts';
import type { StackOutput, StackResource } from './stack/stack.ts';
import { readStoredParameter, readZones } from './stack/surroundings.ts';
import { checkRules, evaluateConditions } from './template/conditions.ts';
import { type ParameterValue, resolveParameters } from './template/parameters.ts';
import { resolve } from './template/resolve.ts';
import { pseudoParameter, type Scope, type StackPlace } from './template/scope.ts';
import { parseTemplate, type Template } from './template/template.ts';

/** A template with its parameters, ready to be carried out. */
export interface Draft {
  readonly template: Template;
  readonly blueprint: Blueprint;
  readonly parameters: ReadonlyMap<string, ParameterValue>;
  /** What names stand for while resources come and go: `resources` is looked into at each call. */
  scopeOver(resources: ReadonlyMap<string, StackResource>): Scope;
}

export interface PrepareOptions {
  /** As parsed from JSON. */
  readonly template: unknown;
  readonly place: StackPlace;
  readonly clients: Clients;
  readonly parameters: Readonly<Record<string, string>>;
}

/** Reads a template as far as that is possible without creating anything. @throws TemplateError with every problem found */
export async function prepare({ template: source, place, clients, parameters: given }: PrepareOptions): Promise<Draft> {
  const template = parseTemplate(source);
  const read = (name: string): Promise<string | undefined> => readStoredParameter(clients, name);
  const parameters = await resolveParameters(template.Parameters, given, read);
  const fixed = {
    ref: (name: string): Json | undefined => parameters.get(name)?.value ?? pseudoParameter(name, place),
    mapping: mappingOf(template),
  };
  const conditions = evaluateConditions(template.Conditions, fixed);
  checkRules(template.Rules, fixed);
  const blueprint = drawUp(template, conditions);
  const asksForZones = JSON.stringify([template.Resources, template.Outputs]).includes('"Fn::GetAZs"');
  const zones = asksForZones ? await readZones(clients) : [];
  return {
    template,
    blueprint,
    parameters,
    scopeOver: (resources) => ({
      ref: (name) => fixed.ref(name) ?? resources.get(name)?.identity?.physicalId,
      attribute: (logicalId, name) => dig(resources.get(logicalId)?.identity?.attributes ?? {}, name),
      condition: (name) => conditions.get(name),
      mapping: fixed.mapping,
      zones: (name) => (name === place.region ? zones : undefined),
    }),
  };
}

/** Source: CreateStack, StackName: letters, digits and hyphens, first a letter, 128 characters at the most. */
export function checkStackName(name: string): void {
  if (!/^[A-Za-z][-A-Za-z0-9]{0,127}$/.test(name)) {
    const message = `is "${name}"; allowed are up to 128 letters, digits and hyphens, first a letter`;
    throw TemplateError.of('InvalidParameter', 'StackName', message);
  }
}

/** Parameters as a stack shows them: what was given, secrets hidden. */
export function shownParameters({ parameters }: Pick<Draft, 'parameters'>): Readonly<Record<string, string>> {
  return Object.fromEntries([...parameters].map(([name, { given, secret }]) => [name, secret ? '****' : given]));
}

/** @throws TemplateError for an output that is no string */
export function readOutputs({ blueprint }: Draft, scope: Scope): Readonly<Record<string, StackOutput>> {
  return Object.fromEntries(
    Object.entries(blueprint.outputs).map(([id, output]) => {
      const value = resolve(output.Value, scope, `Outputs.${id}.Value`);
      const exported =
        output.Export === undefined ? undefined : resolve(output.Export.Name, scope, `Outputs.${id}.Export`);
      if (value === undefined || typeof value === 'object') {
        throw TemplateError.of('InvalidTemplate', `Outputs.${id}.Value`, `must be a string, not ${shown(value)}`);
      }
      const exportName = exported === undefined ? undefined : String(exported);
      return [id, { value: String(value), description: output.Description, exportName }];
    }),
  );
}

function mappingOf(template: Template): Scope['mapping'] {
  return (map, topKey, secondKey) => {
    const top = own(template.Mappings, map);
    const second = isJsonObject(top) ? own(top, topKey) : undefined;
    return isJsonObject(second) ? own(second, secondKey) : undefined;
  };
}
