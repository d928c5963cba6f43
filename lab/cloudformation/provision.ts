import type { Clock } from '../../lib/clock.ts';
import type { DirectoryAsset } from './assembly.ts';
import type { Clients } from './clients.ts';
import { createCustomResourceCaller } from './custom-resource/caller.ts';
import { reasonOf } from './errors.ts';
import { checkStackName, prepare, readOutputs, shownParameters } from './prepare.ts';
import { createResources } from './stack/create-resources.ts';
import { createJournal, type Progress } from './stack/journal.ts';
import { type Random, uuid } from './stack/names.ts';
import { removeResources } from './stack/remove-resources.ts';
import { type Stack, StackError, type StackResource, type StackStatus } from './stack/stack.ts';
import { ensureBootstrapped, type Surroundings } from './stack/surroundings.ts';
import { partitionOf } from './template/scope.ts';

export interface ProvisionOptions {
  /** As parsed from JSON. */
  readonly template: unknown;
  readonly stackName: string;
  /** ARN. @default a new one */
  readonly stackId?: string;
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
  const { clients, clock, random, account, region, stackName, tags = {} } = options;
  const { signal = new AbortController().signal } = options;
  checkStackName(stackName);
  if (options.bootstrapParameter !== undefined) {
    await ensureBootstrapped(clients, options.bootstrapParameter);
  }
  const id = options.stackId ?? newStackId(options);
  const place = { account, region, stackName, stackId: id };
  const draft = await prepare({ template: options.template, place, clients, parameters: options.parameters ?? {} });
  for (const { bucket, key, directory } of options.assets ?? []) {
    options.registerAsset?.(bucket, key, directory);
  }

  const created = new Map<string, StackResource>();
  const scope = draft.scopeOver(created);
  const journal = createJournal({ name: stackName, id }, clock, options.progress ?? (() => {}));
  const customResources = createCustomResourceCaller({ lambda: clients.lambda, clock, random });
  const surroundings: Surroundings = { place, clients, clock, random, tags, customResources, journal };
  const stack = (status: StackStatus, resources: readonly StackResource[], outputs: Stack['outputs'] = {}): Stack => {
    const known = { name: stackName, id, account, region, parameters: shownParameters(draft) };
    return { ...known, status, outputs, resources, events: [...journal.events] };
  };

  try {
    journal.stack('CREATE_IN_PROGRESS', 'User Initiated');
    const failures = [...(await createResources(draft.blueprint, scope, created, surroundings, signal))];
    if (failures.length === 0 && !signal.aborted) {
      try {
        const outputs = readOutputs(draft, scope);
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

/** A stack's ARN. Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cfn-console-create-stack.html */
export function newStackId(
  options: Pick<ProvisionOptions, 'account' | 'region' | 'stackName'> & { readonly random: Random },
): string {
  const { account, region, stackName, random } = options;
  return `arn:${partitionOf(region)}:cloudformation:${region}:${account}:stack/${stackName}/${uuid(random)}`;
}
