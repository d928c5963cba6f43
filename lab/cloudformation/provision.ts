import type { Clock } from '../../lib/clock.ts';
import type { DirectoryAsset } from './assembly.ts';
import type { Clients } from './clients.ts';
import { createCustomResourceCaller } from './custom-resource/caller.ts';
import { reasonOf, TemplateError } from './errors.ts';
import { dig, isJsonObject, type Json, own, shown } from './json.ts';
import { type Blueprint, drawUp } from './stack/blueprint.ts';
import { createResources } from './stack/create-resources.ts';
import { createJournal, type Progress } from './stack/journal.ts';
import { type Random, uuid } from './stack/names.ts';
import { removeResources } from './stack/remove-resources.ts';
import { type Stack, StackError, type StackOutput, type StackResource, type StackStatus } from './stack/stack.ts';
import { ensureBootstrapped, readStoredParameter, readZones, type Surroundings } from './stack/surroundings.ts';
import { checkRules, evaluateConditions } from './template/conditions.ts';
import { type ParameterValue, resolveParameters } from './template/parameters.ts';
import { resolve } from './template/resolve.ts';
import { partitionOf, pseudoParameter, type Scope, type StackPlace } from './template/scope.ts';
import { parseTemplate, type Template } from './template/template.ts';

export interface ProvisionOptions {
  /** As parsed from JSON. */
  readonly template: unknown;
  readonly stackName: string;
  readonly account: string;
  readonly region: string;
  readonly clients: Clients;
  readonly clock: Clock;
  /** 0 ≤ x < 1: names and ids are made from it. */
  readonly random: Random;
  /** @default none: the template's defaults */
  readonly parameters?: Readonly<Record<string, string>>;
  /** Tags for all that can have tags. @default none */
  readonly tags?: Readonly<Record<string, string>>;
  /** Lambda code that the template refers to by bucket and key. @default none */
  readonly assets?: readonly DirectoryAsset[];
  /** Makes an asset known to where functions are created. @default assets are there already */
  readonly registerAsset?: (bucket: string, key: string, directory: string) => void;
  /** Parameter with the version of the CDK's bootstrap stack; it is made sure of. @default none is needed */
  readonly bootstrapParameter?: string | undefined;
  /** Told of every event as it happens. @default nobody is told */
  readonly progress?: Progress;
  /** Calls the operation off: what was created is rolled back. @default never */
  readonly signal?: AbortSignal;
}

/**
 * Creates a stack from a template, through the APIs of AWS and nothing else, as CloudFormation does: resources in
 * the order of their dependencies, independent ones side by side, and all of them deleted again when one fails.
 *
 * @throws TemplateError when the template can't be provisioned: nothing was created
 * @throws StackError with the code `StackCreateFailed` after the roll-back; its `left` is what is there afterwards
 */
export async function provision(options: ProvisionOptions): Promise<Stack> {
  const {
    clients,
    clock,
    random,
    account,
    region,
    stackName,
    tags = {},
    signal = new AbortController().signal,
  } = options;
  const template = parseTemplate(options.template);
  checkStackName(stackName);
  if (options.bootstrapParameter !== undefined) {
    await ensureBootstrapped(clients, options.bootstrapParameter);
  }
  const id = `arn:${partitionOf(region)}:cloudformation:${region}:${account}:stack/${stackName}/${uuid(random)}`;
  const place = { account, region, stackName, stackId: id };
  const read = (name: string): Promise<string | undefined> => readStoredParameter(clients, name);
  const parameters = await resolveParameters(template.Parameters, options.parameters ?? {}, read);
  const fixed = { ref: fixedRef(parameters, place), mapping: mappingOf(template) };
  const conditions = evaluateConditions(template.Conditions, fixed);
  checkRules(template.Rules, fixed);
  const blueprint = drawUp(template, conditions);
  const asksForZones = JSON.stringify([template.Resources, template.Outputs]).includes('"Fn::GetAZs"');
  const zones = asksForZones ? await readZones(clients) : [];
  for (const { bucket, key, directory } of options.assets ?? []) {
    options.registerAsset?.(bucket, key, directory);
  }

  const created = new Map<string, StackResource>();
  const scope: Scope = {
    ref: (name) => fixed.ref(name) ?? created.get(name)?.identity?.physicalId,
    attribute: (logicalId, name) => dig(created.get(logicalId)?.identity?.attributes ?? {}, name),
    condition: (name) => conditions.get(name),
    mapping: fixed.mapping,
    zones: (name) => (name === region ? zones : undefined),
  };
  const journal = createJournal({ name: stackName, id }, clock, options.progress ?? (() => {}));
  const customResources = createCustomResourceCaller({ lambda: clients.lambda, clock, random });
  const surroundings: Surroundings = { place, clients, clock, random, tags, customResources, journal };
  const stack = (status: StackStatus, resources: readonly StackResource[], outputs: Stack['outputs'] = {}): Stack => {
    const shownParameters = [...parameters].map(([name, { given, secret }]) => [name, secret ? '****' : given]);
    const known = { name: stackName, id, account, region, parameters: Object.fromEntries(shownParameters) };
    return { ...known, status, outputs, resources, events: [...journal.events] };
  };

  try {
    journal.stack('CREATE_IN_PROGRESS', 'User Initiated');
    const failures = [...(await createResources(blueprint, scope, created, surroundings, signal))];
    if (failures.length === 0 && !signal.aborted) {
      try {
        const outputs = readOutputs(blueprint, scope);
        journal.stack('CREATE_COMPLETE');
        return stack('CREATE_COMPLETE', [...created.values()], outputs);
      } catch (error) {
        failures.push(journal.stack('CREATE_IN_PROGRESS', reasonOf(error)));
      }
    }
    const which = failures.filter((event) => event.logicalId !== stackName).map((event) => event.logicalId);
    const why = which.length > 0 ? `The following resource(s) failed to create: [${which.join(', ')}].` : undefined;
    const start = journal.stack(
      'ROLLBACK_IN_PROGRESS',
      why ?? failures[0]?.reason ?? `Called off: ${reasonOf(signal.reason)}`,
    );
    const removal = await removeResources(
      [...created.values()],
      'rollback',
      surroundings,
      new AbortController().signal,
    );
    const status = removal.failures.length === 0 ? 'ROLLBACK_COMPLETE' : 'ROLLBACK_FAILED';
    journal.stack(status);
    const causes = failures.length === 0 ? [start] : failures;
    throw new StackError('StackCreateFailed', stack(status, removal.resources), [...causes, ...removal.failures]);
  } finally {
    await customResources.close();
  }
}

/** Source: CreateStack, StackName: letters, digits and hyphens, first a letter, 128 characters at the most. */
function checkStackName(name: string): void {
  if (!/^[A-Za-z][-A-Za-z0-9]{0,127}$/.test(name)) {
    const message = `is "${name}"; allowed are up to 128 letters, digits and hyphens, first a letter`;
    throw TemplateError.of('InvalidParameter', 'StackName', message);
  }
}

function fixedRef(parameters: ReadonlyMap<string, ParameterValue>, place: StackPlace) {
  return (name: string): Json | undefined => parameters.get(name)?.value ?? pseudoParameter(name, place);
}

function mappingOf(template: Template): Scope['mapping'] {
  return (map, topKey, secondKey) => {
    const top = own(template.Mappings, map);
    const second = isJsonObject(top) ? own(top, topKey) : undefined;
    return isJsonObject(second) ? own(second, secondKey) : undefined;
  };
}

function readOutputs(blueprint: Blueprint, scope: Scope): Readonly<Record<string, StackOutput>> {
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
