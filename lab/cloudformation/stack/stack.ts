import type { Json, JsonObject } from '../json.ts';
import type { DeletionPolicy } from '../template/template.ts';

/** A stack as it is at the end of an operation. Plain data: it can be kept as JSON and deleted by another process. */
export interface Stack {
  readonly name: string;
  /** ARN. */
  readonly id: string;
  readonly account: string;
  readonly region: string;
  readonly status: StackStatus;
  readonly parameters: Readonly<Record<string, string>>;
  readonly outputs: Readonly<Record<string, StackOutput>>;
  /** In the order in which they came into being; also those that were deleted again. */
  readonly resources: readonly StackResource[];
  /** Oldest first. */
  readonly events: readonly StackEvent[];
}

export type StackStatus =
  | 'REVIEW_IN_PROGRESS'
  | 'CREATE_IN_PROGRESS'
  | 'CREATE_COMPLETE'
  | 'ROLLBACK_IN_PROGRESS'
  | 'ROLLBACK_COMPLETE'
  | 'ROLLBACK_FAILED'
  | 'DELETE_IN_PROGRESS'
  | 'DELETE_COMPLETE'
  | 'DELETE_FAILED'
  | 'UPDATE_IN_PROGRESS'
  | 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS'
  | 'UPDATE_COMPLETE'
  | 'UPDATE_ROLLBACK_IN_PROGRESS'
  | 'UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS'
  | 'UPDATE_ROLLBACK_COMPLETE'
  | 'UPDATE_ROLLBACK_FAILED';

export type ResourceStatus =
  | 'CREATE_IN_PROGRESS'
  | 'CREATE_COMPLETE'
  | 'CREATE_FAILED'
  | 'DELETE_IN_PROGRESS'
  | 'DELETE_COMPLETE'
  | 'DELETE_FAILED'
  | 'DELETE_SKIPPED'
  | 'UPDATE_IN_PROGRESS'
  | 'UPDATE_COMPLETE'
  | 'UPDATE_FAILED';

export interface StackOutput {
  readonly value: Json;
  readonly description: string | undefined;
  readonly exportName: string | undefined;
}

export interface StackResource {
  readonly logicalId: string;
  readonly type: string;
  /** Every function resolved. */
  readonly properties: JsonObject;
  /** `undefined`: nothing was created, so there is nothing to delete. */
  readonly identity: Identity | undefined;
  readonly status: ResourceStatus;
  readonly deletionPolicy: DeletionPolicy;
  /** Tags of the stack that it was given. */
  readonly stackTags: Readonly<Record<string, string>>;
  /** Logical ids of what it needs: it is deleted before them. */
  readonly dependsOn: readonly string[];
}

/** What a resource is known by once it exists. */
export interface Identity {
  /** What Ref yields. */
  readonly physicalId: string;
  /** What Fn::GetAtt yields. */
  readonly attributes: JsonObject;
  /** The attributes are secret: not to be shown. */
  readonly noEcho?: true;
}

/** As DescribeStackEvents has them. The stack itself reports under its own name and the type AWS::CloudFormation::Stack. */
export interface StackEvent {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly logicalId: string;
  readonly type: string;
  readonly physicalId: string | undefined;
  readonly status: ResourceStatus | StackStatus;
  readonly reason: string | undefined;
}

/** A stack operation failed. `left` is what is there afterwards; `failures` are the resources that were the cause. */
export class StackError extends Error {
  readonly code: 'StackCreateFailed' | 'StackUpdateFailed' | 'StackDeleteFailed';
  readonly left: Stack;
  readonly failures: readonly StackEvent[];
  constructor(code: StackError['code'], left: Stack, failures: readonly StackEvent[]) {
    const causes = failures.map((event) => `  ${event.logicalId} (${event.type}): ${event.reason ?? event.status}`);
    super(`stack ${left.name} is ${left.status}:\n${causes.join('\n')}`);
    this.name = 'StackError';
    this.code = code;
    this.left = left;
    this.failures = failures;
  }
}
