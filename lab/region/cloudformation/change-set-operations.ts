import type { Clients } from '../../cloudformation/clients.ts';
import { TemplateError } from '../../cloudformation/errors.ts';
import { forecast } from '../../cloudformation/forecast.ts';
import { checkStackName, type Draft, prepare } from '../../cloudformation/prepare.ts';
import { uuid } from '../ids.ts';
import { type QueryInput, type QueryOperation, required } from '../protocol/query-service.ts';
import { ServiceError } from '../protocol/service-error.ts';
import type { Buckets } from '../s3/buckets.ts';
import type { RegionContext } from '../service.ts';
import type { Operator } from './operator.ts';
import {
  type ChangeSet,
  isInProgress,
  type ShownParameter,
  type StackBook,
  type StackRecord,
  type Target,
} from './record.ts';
import { changeSetShape, time } from './shapes.ts';
import { checkCapabilities, targetOf } from './target.ts';

export interface CloudFormationParts {
  readonly context: RegionContext;
  readonly clients: Clients;
  readonly book: StackBook;
  readonly buckets: Buckets;
  readonly operator: Operator;
}

const NO_CHANGES =
  "The submitted information didn't contain changes. Submit different information to create a change set.";

/** The operations on change sets. A change set is made within its request; the lab has no CREATE_IN_PROGRESS of them. */
export function changeSetOperations(parts: CloudFormationParts): Record<string, QueryOperation> {
  const { book, operator } = parts;
  const named = (input: QueryInput): { readonly record: StackRecord; readonly set: ChangeSet } => {
    const name = required(input, 'ChangeSetName');
    const stackName = input.get('StackName');
    const records = stackName === undefined ? book.all() : [mustExist(book, stackName)];
    for (const record of records) {
      const set = [...record.changeSets.values()].find((each) => each.name === name || each.id === name);
      if (set !== undefined) return { record, set };
    }
    throw new ServiceError('ChangeSetNotFound', `ChangeSet [${name}] does not exist`, 404);
  };

  return {
    async CreateChangeSet(input) {
      const stackName = required(input, 'StackName');
      const name = required(input, 'ChangeSetName');
      const type = input.get('ChangeSetType') ?? 'UPDATE';
      if (type !== 'CREATE' && type !== 'UPDATE') throw invalid(`ChangeSetType ${type} is not known to the lab`);
      const found = book.find(stackName);
      const record = type === 'CREATE' ? forCreation(stackName, found, operator) : forUpdate(stackName, found);
      if (record.changeSets.has(name)) {
        throw new ServiceError('AlreadyExistsException', `ChangeSet ${name} cannot be created; it exists already`);
      }
      const set = await makeChangeSet(input, name, record, parts);
      record.changeSets.set(name, set);
      return { Id: set.id, StackId: record.id };
    },
    DescribeChangeSet(input) {
      const { record, set } = named(input);
      return changeSetShape(record, set, input.get('IncludePropertyValues') === 'true');
    },
    ListChangeSets(input) {
      const record = book.get(required(input, 'StackName'));
      const Summaries = [...record.changeSets.values()].map((set) => ({
        StackId: record.id,
        StackName: record.name,
        ChangeSetId: set.id,
        ChangeSetName: set.name,
        ExecutionStatus: set.executionStatus,
        Status: set.status,
        StatusReason: set.reason,
        CreationTime: time(set.createdAt),
        Description: set.description,
      }));
      return { Summaries };
    },
    DeleteChangeSet(input) {
      const name = required(input, 'ChangeSetName');
      const record = mustExist(book, input.get('StackName') ?? name);
      const set = [...record.changeSets.values()].find((each) => each.name === name || each.id === name);
      // One that is not there counts as deleted.
      if (set !== undefined) record.changeSets.delete(set.name);
      return {};
    },
    async ExecuteChangeSet(input) {
      const { record, set } = named(input);
      if (set.status !== 'CREATE_COMPLETE' || set.executionStatus !== 'AVAILABLE') {
        const state = `its status is ${set.status} and its execution status ${set.executionStatus}`;
        throw new ServiceError('InvalidChangeSetStatus', `ChangeSet [${set.id}] cannot be executed: ${state}`);
      }
      if (isInProgress(record.status)) throw invalid(notUpdatable(record));
      if (input.get('DisableRollback') === 'true') throw invalid('DisableRollback is not known to the lab');
      set.executionStatus = 'EXECUTE_COMPLETE';
      if (record.status === 'REVIEW_IN_PROGRESS') operator.create(record, set.target, set.parameters);
      else operator.update(record, set.target, set.parameters);
      // The others were made against what the stack was.
      record.changeSets.clear();
      await operator.settle(record);
      return {};
    },
  };
}

function mustExist(book: StackBook, nameOrId: string): StackRecord {
  const found = book.find(nameOrId);
  if (found === undefined) throw invalid(`Stack [${nameOrId}] does not exist`);
  return found;
}

function forCreation(name: string, found: StackRecord | undefined, operator: Operator): StackRecord {
  if (found !== undefined && found.status !== 'REVIEW_IN_PROGRESS') {
    throw invalid(`Stack [${found.name}] already exists and cannot be created again with the changeSet`);
  }
  try {
    checkStackName(name);
  } catch (error) {
    throw asServiceError(error);
  }
  return found ?? operator.review(name);
}

function forUpdate(name: string, found: StackRecord | undefined): StackRecord {
  if (found === undefined || found.status === 'REVIEW_IN_PROGRESS') throw invalid(`Stack [${name}] does not exist`);
  if (!['CREATE_COMPLETE', 'UPDATE_COMPLETE', 'UPDATE_ROLLBACK_COMPLETE'].includes(found.status)) {
    throw invalid(notUpdatable(found));
  }
  return found;
}

function notUpdatable({ id, status }: StackRecord): string {
  return `Stack:${id} is in ${status} state and can not be updated.`;
}

async function makeChangeSet(
  input: QueryInput,
  name: string,
  record: StackRecord,
  parts: CloudFormationParts,
): Promise<ChangeSet> {
  const { context } = parts;
  const target = targetOf(input, parts.buckets, record);
  const draft = await draftOf(record, target, parts);
  checkCapabilities(target, draft.template.Resources);
  const { changes, empty } = forecastOf(record, draft, target);
  const partition = record.id.split(':')[1] ?? 'aws';
  return {
    id: `arn:${partition}:cloudformation:${context.region}:${context.account}:changeSet/${name}/${uuid(context.random)}`,
    name,
    createdAt: context.clock.now(),
    description: input.get('Description'),
    target,
    parameters: shownParameters(draft),
    changes,
    status: empty ? 'FAILED' : 'CREATE_COMPLETE',
    executionStatus: empty ? 'UNAVAILABLE' : 'AVAILABLE',
    reason: empty ? NO_CHANGES : undefined,
  };
}

/** @throws ServiceError `ValidationError` with every problem of the template */
export async function draftOf(
  record: Pick<StackRecord, 'name' | 'id'>,
  { template, parameters }: Pick<Target, 'template' | 'parameters'>,
  { context, clients }: Pick<CloudFormationParts, 'context' | 'clients'>,
): Promise<Draft> {
  const { account, region } = context;
  const place = { account, region, stackName: record.name, stackId: record.id };
  try {
    return await prepare({ template: template.value, place, clients, parameters });
  } catch (error) {
    throw asServiceError(error);
  }
}

function forecastOf(record: StackRecord, draft: Draft, target: Target): ReturnType<typeof forecast> {
  const stack = record.stack ?? { resources: [], outputs: {} };
  // What a failed creation left is none of the stack's template.
  const former = record.status === 'REVIEW_IN_PROGRESS' ? undefined : record.target?.template.value;
  try {
    return forecast(draft, stack, former, target.tags);
  } catch (error) {
    throw asServiceError(error);
  }
}

export function shownParameters({ parameters, template }: Draft): Readonly<Record<string, ShownParameter>> {
  return Object.fromEntries(
    [...parameters].map(([name, { given, value, secret }]) => {
      const stored = template.Parameters[name]?.Type.startsWith('AWS::SSM::Parameter::Value<') === true;
      const resolved = stored ? (Array.isArray(value) ? value.join(',') : String(value)) : undefined;
      return [name, { given: secret ? '****' : given, resolved }];
    }),
  );
}

export function asServiceError(error: unknown): unknown {
  return error instanceof TemplateError ? invalid(`Template error: ${error.message}`) : error;
}

function invalid(message: string): ServiceError {
  return new ServiceError('ValidationError', message);
}
