import type { ForecastChange } from '../../cloudformation/forecast.ts';
import type { Json, JsonObject } from '../../cloudformation/json.ts';
import type { XmlValue } from '../protocol/query-service.ts';
import type { ChangeSet, NumberedEvent, ShownParameter, StackRecord, Target } from './record.ts';

/** The CloudFormation API's own structures. */

export function stackShape(record: StackRecord): XmlValue {
  const { target, stack } = record;
  const outputs = Object.entries(stack?.outputs ?? {}).map(([OutputKey, output]) => ({
    OutputKey,
    OutputValue: String(output.value),
    Description: output.description,
    ExportName: output.exportName,
  }));
  return {
    StackId: record.id,
    StackName: record.name,
    Description: describe(target),
    CreationTime: time(record.createdAt),
    LastUpdatedTime: time(record.updatedAt),
    DeletionTime: time(record.deletedAt),
    StackStatus: record.status,
    StackStatusReason: record.reason,
    DisableRollback: false,
    EnableTerminationProtection: record.terminationProtection,
    RollbackConfiguration: {},
    DriftInformation: { StackDriftStatus: 'NOT_CHECKED' },
    NotificationARNs: target?.notificationArns ?? [],
    Capabilities: target?.capabilities ?? [],
    RoleARN: target?.roleArn,
    Parameters: parametersShape(record.parameters),
    Outputs: outputs,
    Tags: tagsShape(target),
  };
}

export function eventShape(record: StackRecord, { id, event }: NumberedEvent): XmlValue {
  return {
    StackId: record.id,
    StackName: record.name,
    EventId: id,
    LogicalResourceId: event.logicalId,
    PhysicalResourceId: event.physicalId ?? '',
    ResourceType: event.type,
    Timestamp: time(event.at),
    ResourceStatus: event.status,
    ResourceStatusReason: event.reason,
  };
}

export function changeSetShape(record: StackRecord, set: ChangeSet, withValues: boolean): XmlValue {
  return {
    ChangeSetName: set.name,
    ChangeSetId: set.id,
    StackId: record.id,
    StackName: record.name,
    Description: set.description,
    CreationTime: time(set.createdAt),
    ExecutionStatus: set.executionStatus,
    Status: set.status,
    StatusReason: set.reason,
    NotificationARNs: set.target.notificationArns,
    Capabilities: set.target.capabilities,
    Parameters: parametersShape(set.parameters),
    Tags: tagsShape(set.target),
    IncludeNestedStacks: false,
    Changes: set.changes.map((change) => ({ Type: 'Resource', ResourceChange: changeShape(change, withValues) })),
  };
}

function changeShape(change: ForecastChange, withValues: boolean): XmlValue {
  const { before, after } = change;
  const context = (properties: JsonObject | undefined): string | undefined =>
    withValues && properties !== undefined ? JSON.stringify({ Properties: properties }) : undefined;
  return {
    PolicyAction: change.policyAction,
    Action: change.action,
    LogicalResourceId: change.logicalId,
    PhysicalResourceId: change.physicalId,
    ResourceType: change.type,
    Replacement: change.replacement,
    Scope: change.action === 'Modify' ? [...new Set(change.details.map(({ attribute }) => attribute))] : [],
    Details: change.details.map(({ attribute, name, recreation, evaluation }) => ({
      Target: {
        Attribute: attribute,
        Name: name,
        RequiresRecreation: recreation,
        ...(withValues && name !== undefined
          ? {
              Path: `/Properties/${name}`,
              BeforeValue: valueText(before?.[name]),
              AfterValue: valueText(after?.[name]),
              AttributeChangeType: changeType(before?.[name], after?.[name]),
            }
          : {}),
      },
      Evaluation: evaluation,
      ChangeSource: 'DirectModification',
    })),
    BeforeContext: context(before),
    AfterContext: context(after),
  };
}

function valueText(value: Json | undefined): string | undefined {
  if (value === undefined) return undefined;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function changeType(before: Json | undefined, after: Json | undefined): 'Add' | 'Remove' | 'Modify' {
  if (before === undefined) return 'Add';
  return after === undefined ? 'Remove' : 'Modify';
}

export function parametersShape(parameters: Readonly<Record<string, ShownParameter>>): XmlValue {
  return Object.entries(parameters).map(([ParameterKey, { given, resolved }]) => ({
    ParameterKey,
    ParameterValue: given,
    ResolvedValue: resolved,
  }));
}

function tagsShape(target: Target | undefined): XmlValue {
  return Object.entries(target?.tags ?? {}).map(([Key, Value]) => ({ Key, Value }));
}

/** The template's own description. */
function describe(target: Target | undefined): string | undefined {
  const value = target?.template.value;
  const text = typeof value === 'object' && value !== null && 'Description' in value ? value.Description : undefined;
  return typeof text === 'string' ? text : undefined;
}

export function time(milliseconds: number | undefined): string | undefined {
  return milliseconds === undefined ? undefined : new Date(milliseconds).toISOString();
}
