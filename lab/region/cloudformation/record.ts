import type { ForecastChange } from '../../cloudformation/forecast.ts';
import type { Stack, StackEvent, StackStatus } from '../../cloudformation/stack/stack.ts';
import { ServiceError } from '../protocol/service-error.ts';

/** A template as it was sent, and read. */
export interface TemplateText {
  readonly text: string;
  readonly value: unknown;
}

/** What one operation on a stack is to lead to. */
export interface Target {
  readonly template: TemplateText;
  /** As given; the template's defaults are left out. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
  readonly capabilities: readonly string[];
  readonly notificationArns: readonly string[];
  readonly roleArn: string | undefined;
}

export interface ShownParameter {
  readonly given: string;
  /** Of one that is read from Parameter Store. */
  readonly resolved: string | undefined;
}

export interface ChangeSet {
  readonly id: string;
  readonly name: string;
  readonly createdAt: number;
  readonly description: string | undefined;
  readonly target: Target;
  readonly parameters: Readonly<Record<string, ShownParameter>>;
  readonly changes: readonly ForecastChange[];
  status: 'CREATE_COMPLETE' | 'FAILED';
  executionStatus: 'AVAILABLE' | 'UNAVAILABLE' | 'EXECUTE_IN_PROGRESS' | 'EXECUTE_COMPLETE' | 'EXECUTE_FAILED';
  readonly reason: string | undefined;
}

export interface NumberedEvent {
  readonly id: string;
  readonly event: StackEvent;
}

/** A stack as CloudFormation shows it, also while something is being done to it. */
export interface StackRecord {
  readonly name: string;
  /** ARN. */
  readonly id: string;
  readonly createdAt: number;
  updatedAt: number | undefined;
  deletedAt: number | undefined;
  status: StackStatus;
  reason: string | undefined;
  /** Of the last operation that went well, or of the creation. */
  target: Target | undefined;
  parameters: Readonly<Record<string, ShownParameter>>;
  /** What is there, by the provisioner's own word; `undefined` until something was done. */
  stack: Stack | undefined;
  terminationProtection: boolean;
  /** Oldest first. */
  readonly events: NumberedEvent[];
  readonly changeSets: Map<string, ChangeSet>;
  /** Ends the operation that is under way. */
  cancel: AbortController | undefined;
  /** Resolves when the operation that is under way is at its end. */
  work: Promise<void> | undefined;
}

/** The account's stacks. One that was deleted is found by its id only, as on AWS. */
export class StackBook {
  readonly #records: StackRecord[] = [];

  add(record: StackRecord): void {
    this.#records.push(record);
  }

  /** Those that are not deleted. */
  list(): readonly StackRecord[] {
    return this.#records.filter(({ status }) => status !== 'DELETE_COMPLETE');
  }

  all(): readonly StackRecord[] {
    return this.#records;
  }

  find(nameOrId: string): StackRecord | undefined {
    return this.#records.find(
      ({ id, name, status }) => id === nameOrId || (name === nameOrId && status !== 'DELETE_COMPLETE'),
    );
  }

  /** @throws ServiceError `ValidationError` in the words that tools look for */
  get(nameOrId: string): StackRecord {
    const found = this.find(nameOrId);
    if (found !== undefined) return found;
    throw new ServiceError('ValidationError', `Stack with id ${nameOrId} does not exist`);
  }
}

export function isInProgress(status: StackStatus): boolean {
  return status.endsWith('_IN_PROGRESS') && status !== 'REVIEW_IN_PROGRESS';
}
