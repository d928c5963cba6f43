import type { Clients } from '../../cloudformation/clients.ts';
import { uuid } from '../ids.ts';
import { queryService } from '../protocol/query-service.ts';
import type { Buckets } from '../s3/buckets.ts';
import type { RegionContext, Service } from '../service.ts';
import { changeSetOperations } from './change-set-operations.ts';
import { Operator } from './operator.ts';
import { StackBook } from './record.ts';
import { stackOperations } from './stack-operations.ts';

export interface CloudFormationOptions {
  readonly context: RegionContext;
  /** What stacks are made through. */
  readonly clients: Clients;
  /** Templates come from there. */
  readonly buckets: Buckets;
  /** Follows background work and keeps its failures. */
  readonly background: (what: string, work: Promise<void>) => void;
}

export interface CloudFormationService extends Service {
  readonly stacks: StackBook;
  /** Calls off what is under way. */
  stop(): void;
}

/** CloudFormation: stacks by change sets, as the CDK's command line makes them, carried out by lab/cloudformation. */
export function createCloudFormationService(options: CloudFormationOptions): CloudFormationService {
  const { context } = options;
  const book = new StackBook();
  const parts = { ...options, book, operator: new Operator({ ...options, book }) };
  const service = queryService({
    name: 'cloudformation',
    namespace: 'http://cloudformation.amazonaws.com/doc/2010-05-15/',
    context,
    requestId: () => uuid(context.random),
    operations: { ...stackOperations(parts), ...changeSetOperations(parts) },
  });
  return {
    ...service,
    stacks: book,
    stop() {
      for (const { cancel } of book.all()) cancel?.abort(new Error('the lab goes down'));
    },
  };
}
