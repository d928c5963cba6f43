import { Background, type RegionFault } from './region/background.ts';
import { createDynamoDbService, type DynamoDbService } from './region/dynamodb/service.ts';
import { createEventsService, type EventsService } from './region/events/service.ts';
import { createIamService, type IamService } from './region/iam/service.ts';
import { createLambdaService, type LambdaService } from './region/lambda/service.ts';
import { createLogsService, type LogsService } from './region/logs/service.ts';
import type { Region } from './region/region.ts';
import { createSqsService, type SqsService } from './region/sqs/service.ts';
import { createStsService } from './region/sts/service.ts';

/** What the region has beside EC2 and Systems Manager. */
export interface Services {
  readonly dynamodb: DynamoDbService;
  readonly events: EventsService;
  readonly iam: IamService;
  readonly lambda: LambdaService;
  readonly logs: LogsService;
  readonly sqs: SqsService;
  /** Work in the background that failed: deliveries, schedules, asynchronous invocations. */
  readonly faults: readonly RegionFault[];
  /** Ends schedules, function processes and DynamoDB Local. */
  stop(): Promise<void>;
}

/** An execution role's credentials last as long as Lambda's own. */
const CREDENTIALS_MS = 12 * 3_600_000;

/**
 * Makes the services, wires them to each other and registers them with the region.
 * @param endpoint the lab's own address, once it listens: functions get it, and queue URLs begin with it.
 * @param functionConcurrency runs of one function at the same time; `undefined`: as many as on AWS.
 */
export function registerServices(
  region: Region,
  endpoint: () => string | undefined,
  functionConcurrency?: number,
): Services {
  const { context } = region;
  const background = new Background(() => context.clock.now());
  const follow = (what: string, work: Promise<void>): void => background.run(what, work);
  const logs = createLogsService(context);
  const sqs = createSqsService(context, () => endpoint() ?? `https://sqs.${context.region}.amazonaws.com`);
  const iam = createIamService(context);
  const lambda = createLambdaService({
    context,
    logs: logs.store,
    queues: sqs.queues,
    credentials: ({ name, roleArn }) => {
      const role = roleArn.slice(roleArn.lastIndexOf('/') + 1);
      return region.credentials.issue({ kind: 'function', name, role }, CREDENTIALS_MS);
    },
    endpoint,
    background: follow,
    ...(functionConcurrency === undefined ? {} : { concurrency: functionConcurrency }),
  });
  const events = createEventsService({ context, functions: lambda, queues: sqs.queues, background: follow });
  const dynamodb = createDynamoDbService(context);

  for (const service of [dynamodb, events, iam, lambda, logs, sqs, createStsService(context)]) region.register(service);
  region.onEvent((event) => events.publish(event));
  region.linkInstanceProfiles({
    roleOf: (name) => iam.directory.profiles().find((profile) => profile.name === name)?.role?.name,
  });

  return {
    dynamodb,
    events,
    iam,
    lambda,
    logs,
    sqs,
    faults: background.faults,
    async stop() {
      events.stop();
      await lambda.stop();
      await dynamodb.stop();
    },
  };
}
