import { parseTemplate } from '../../cloudformation/template/template.ts';
import { type QueryInput, type QueryOperation, required, type XmlValue } from '../protocol/query-service.ts';
import { ServiceError } from '../protocol/service-error.ts';
import { asServiceError, type CloudFormationParts } from './change-set-operations.ts';
import { isInProgress, type NumberedEvent, type StackRecord } from './record.ts';
import { eventShape, stackShape, time } from './shapes.ts';
import { templateOf } from './template-text.ts';

/** Source: DescribeStackEvents and ListStackResources answer in pages of a hundred. */
const PAGE = 100;

/** The operations on stacks themselves: reading them, and taking them down. */
export function stackOperations({ book, buckets, operator }: CloudFormationParts): Record<string, QueryOperation> {
  const named = (input: QueryInput): StackRecord => book.get(required(input, 'StackName'));
  return {
    DescribeStacks(input) {
      const name = input.get('StackName');
      const records = name === undefined ? book.list() : [book.get(name)];
      return { Stacks: records.map(stackShape) };
    },
    ListStacks: () => ({
      StackSummaries: book.all().map((record) => ({
        StackId: record.id,
        StackName: record.name,
        CreationTime: time(record.createdAt),
        LastUpdatedTime: time(record.updatedAt),
        DeletionTime: time(record.deletedAt),
        StackStatus: record.status,
        StackStatusReason: record.reason,
      })),
    }),
    GetTemplate(input) {
      const template = named(input).target?.template;
      return { TemplateBody: template?.text ?? '', StagesAvailable: ['Original', 'Processed'] };
    },
    GetTemplateSummary(input) {
      const sent = templateOf(input, buckets) ?? named(input).target?.template;
      return summary(sent?.value);
    },
    DescribeStackEvents(input) {
      const name = required(input, 'StackName');
      const record = book.find(name);
      if (record === undefined) throw new ServiceError('ValidationError', `Stack [${name}] does not exist`);
      // A token is the number of events that are older: those that come meanwhile shift nothing.
      const older = Number(input.get('NextToken') ?? record.events.length);
      const page = record.events.slice(Math.max(0, older - PAGE), older).reverse();
      const rest = older - page.length;
      return {
        StackEvents: page.map((event) => eventShape(record, event)),
        ...(rest > 0 ? { NextToken: String(rest) } : {}),
      };
    },
    DescribeStackResources(input) {
      const record = named(input);
      const wanted = input.get('LogicalResourceId');
      const resources = resourcesOf(record).filter(({ event }) => wanted === undefined || event.logicalId === wanted);
      return {
        StackResources: resources.map((each) => ({
          StackId: record.id,
          StackName: record.name,
          Timestamp: time(each.event.at),
          ...resourceShape(each),
        })),
      };
    },
    ListStackResources(input) {
      const resources = resourcesOf(named(input));
      const from = Number(input.get('NextToken') ?? 0);
      const page = resources.slice(from, from + PAGE);
      return {
        StackResourceSummaries: page.map((each) => ({
          LastUpdatedTimestamp: time(each.event.at),
          ...resourceShape(each),
        })),
        ...(from + PAGE < resources.length ? { NextToken: String(from + PAGE) } : {}),
      };
    },
    ListExports: () => ({
      Exports: book
        .list()
        .flatMap((record) =>
          Object.values(record.stack?.outputs ?? {}).flatMap(({ exportName, value }) =>
            exportName === undefined ? [] : [{ ExportingStackId: record.id, Name: exportName, Value: String(value) }],
          ),
        ),
    }),
    UpdateTerminationProtection(input) {
      const record = named(input);
      record.terminationProtection = required(input, 'EnableTerminationProtection') === 'true';
      return { StackId: record.id };
    },
    async DeleteStack(input) {
      const record = book.find(required(input, 'StackName'));
      // One that is not there counts as deleted.
      if (record === undefined || record.status === 'DELETE_COMPLETE') return {};
      if (record.terminationProtection) {
        const message = `Stack [${record.name}] cannot be deleted while TerminationProtection is enabled`;
        throw new ServiceError('ValidationError', message);
      }
      if (record.status === 'DELETE_IN_PROGRESS') return {};
      if (isInProgress(record.status) && record.status !== 'CREATE_IN_PROGRESS') {
        const message = `Stack [${record.id}] cannot be deleted while in status ${record.status}`;
        throw new ServiceError('ValidationError', message);
      }
      operator.delete(record);
      await operator.settle(record);
      return {};
    },
  };
}

/** The newest event of each resource. */
function resourcesOf(record: StackRecord): readonly NumberedEvent[] {
  const newest = new Map<string, NumberedEvent>();
  for (const each of record.events) {
    if (each.event.type !== 'AWS::CloudFormation::Stack') newest.set(each.event.logicalId, each);
  }
  const gone = record.status !== 'DELETE_COMPLETE';
  return [...newest.values()].filter(({ event }) => !(gone && event.status === 'DELETE_COMPLETE'));
}

function resourceShape({ event }: NumberedEvent) {
  return {
    LogicalResourceId: event.logicalId,
    PhysicalResourceId: event.physicalId,
    ResourceType: event.type,
    ResourceStatus: event.status,
    ResourceStatusReason: event.reason,
    DriftInformation: { StackResourceDriftStatus: 'NOT_CHECKED' },
  };
}

function summary(value: unknown): XmlValue {
  try {
    const template = parseTemplate(value);
    const parameters = Object.entries(template.Parameters).map(([ParameterKey, declaration]) => ({
      ParameterKey,
      DefaultValue: declaration.Default,
      ParameterType: declaration.Type,
      NoEcho: declaration.NoEcho,
      Description: declaration.Description,
    }));
    const types = new Set(Object.values(template.Resources).map(({ Type }) => Type));
    return { Parameters: parameters, ResourceTypes: [...types], Description: template.Description };
  } catch (error) {
    throw asServiceError(error);
  }
}
