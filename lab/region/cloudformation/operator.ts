import type { Clients } from '../../cloudformation/clients.ts';
import { deleteStack } from '../../cloudformation/delete-stack.ts';
import { reasonOf } from '../../cloudformation/errors.ts';
import { newStackId, provision } from '../../cloudformation/provision.ts';
import { type Stack, StackError, type StackEvent, type StackStatus } from '../../cloudformation/stack/stack.ts';
import { updateStack } from '../../cloudformation/update-stack.ts';
import { uuid } from '../ids.ts';
import type { RegionContext } from '../service.ts';
import type { ShownParameter, StackBook, StackRecord, Target } from './record.ts';

export interface OperatorOptions {
  readonly context: RegionContext;
  readonly clients: Clients;
  readonly book: StackBook;
  /** Follows background work and keeps its failures. */
  readonly background: (what: string, work: Promise<void>) => void;
}

/**
 * The CDK looks at a stack at once after it has begun something, and then every five seconds only: what takes a second is
 * seen to be done at the first look.
 */
const ANSWER_MS = 1500;

/** Carries operations on stacks out in the background, and keeps their records up to date. */
export class Operator {
  readonly #options: OperatorOptions;

  constructor(options: OperatorOptions) {
    this.#options = options;
  }

  /** A stack that is there in name only, until a change set of it is executed. */
  review(name: string): StackRecord {
    const { context, book } = this.#options;
    const record: StackRecord = {
      name,
      id: newStackId({ account: context.account, region: context.region, stackName: name, random: context.random }),
      createdAt: context.clock.now(),
      updatedAt: undefined,
      deletedAt: undefined,
      status: 'REVIEW_IN_PROGRESS',
      reason: 'User Initiated',
      target: undefined,
      parameters: {},
      stack: undefined,
      terminationProtection: false,
      events: [],
      changeSets: new Map(),
      cancel: undefined,
      work: undefined,
    };
    book.add(record);
    this.#note(record, this.#stackEvent(record, 'REVIEW_IN_PROGRESS', 'User Initiated'));
    return record;
  }

  create(record: StackRecord, target: Target, parameters: Readonly<Record<string, ShownParameter>>): void {
    const { account, region } = this.#options.context;
    record.target = target;
    record.parameters = parameters;
    this.#run(record, 'CREATE_IN_PROGRESS', 'ROLLBACK_COMPLETE', (common) =>
      provision({
        ...common,
        ...asOptions(target),
        stackName: record.name,
        stackId: record.id,
        account,
        region,
      }),
    );
  }

  update(record: StackRecord, target: Target, parameters: Readonly<Record<string, ShownParameter>>): void {
    const stack = this.#stackOf(record);
    this.#run(record, 'UPDATE_IN_PROGRESS', 'UPDATE_ROLLBACK_COMPLETE', async (common) => {
      const updated = await updateStack({ ...common, ...asOptions(target), stack });
      record.target = target;
      record.parameters = parameters;
      return updated;
    });
    record.updatedAt = this.#options.context.clock.now();
  }

  /** What is under way is called off first. */
  delete(record: StackRecord): void {
    const before = record.work;
    record.cancel?.abort(new Error('the stack is being deleted'));
    this.#run(record, 'DELETE_IN_PROGRESS', 'DELETE_FAILED', async (common) => {
      await before;
      return deleteStack({ ...common, stack: this.#stackOf(record) });
    });
  }

  /** Resolves when what is under way has ended, or after a moment: a call of AWS takes about as long. */
  async settle(record: StackRecord): Promise<void> {
    const done = new AbortController();
    const pause = this.#options.context.clock.sleep(ANSWER_MS, done.signal).catch(() => {});
    await Promise.race([record.work, pause]);
    done.abort();
  }

  #stackOf(record: StackRecord): Stack {
    const { account, region } = this.#options.context;
    const { name, id, status } = record;
    const nothing = { name, id, account, region, status, parameters: {}, outputs: {}, resources: [], events: [] };
    return record.stack ?? nothing;
  }

  /** @param fallback the status when the operation can't even begin */
  #run(
    record: StackRecord,
    first: StackStatus,
    fallback: StackStatus,
    operate: (common: {
      readonly clients: Clients;
      readonly clock: RegionContext['clock'];
      readonly random: RegionContext['random'];
      readonly signal: AbortSignal;
      readonly progress: (event: StackEvent) => void;
    }) => Promise<Stack>,
  ): void {
    const { context, clients, background } = this.#options;
    const cancel = new AbortController();
    record.cancel = cancel;
    record.status = first;
    record.reason = undefined;
    const progress = (event: StackEvent): void => this.#note(record, event);
    const common = { clients, clock: context.clock, random: context.random, signal: cancel.signal, progress };
    const work = operate(common).then(
      (stack) => {
        record.stack = stack;
      },
      (error: unknown) => {
        if (error instanceof StackError) record.stack = error.left;
        // The events would go on for ever if none said that this is the end.
        else this.#note(record, this.#stackEvent(record, fallback, reasonOf(error)));
      },
    );
    record.work = work;
    background(`stack ${record.name}`, work);
  }

  #note(record: StackRecord, event: StackEvent): void {
    // Tools sort events by their time: no two may have the same, or their order would be lost.
    const at = Math.max(event.at, (record.events.at(-1)?.event.at ?? 0) + 1);
    record.events.push({ id: uuid(this.#options.context.random), event: { ...event, at } });
    const status =
      event.type === 'AWS::CloudFormation::Stack' && event.physicalId === record.id ? event.status : undefined;
    if (!isStackStatus(status)) return;
    record.status = status;
    record.reason = event.reason;
    if (status === 'DELETE_COMPLETE') record.deletedAt = event.at;
  }

  #stackEvent(record: StackRecord, status: StackStatus, reason: string): StackEvent {
    const at = this.#options.context.clock.now();
    const { name: logicalId, id: physicalId } = record;
    return { at, logicalId, type: 'AWS::CloudFormation::Stack', physicalId, status, reason };
  }
}

function asOptions({ template, parameters, tags }: Target) {
  return { template: template.value, parameters, tags };
}

/** An event of the stack itself has no status that only resources have. */
function isStackStatus(status: StackEvent['status'] | undefined): status is StackStatus {
  return status !== undefined && !['CREATE_FAILED', 'DELETE_SKIPPED', 'UPDATE_FAILED'].includes(status);
}
