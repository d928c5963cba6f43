import { LAB_CREDENTIALS } from './cli/credentials.ts';
import { createClients, destroyClients } from './cloudformation/clients.ts';
import { Background, type RegionFault } from './region/background.ts';
import { type CloudFormationService, createCloudFormationService } from './region/cloudformation/service.ts';
import { type CloudWatchService, createCloudWatchService } from './region/cloudwatch/service.ts';
import { createDynamoDbService, type DynamoDbService } from './region/dynamodb/service.ts';
import { createEcrService } from './region/ecr/service.ts';
import { createEventsService, type EventsService } from './region/events/service.ts';
import { createIamService, type IamService } from './region/iam/service.ts';
import { createLambdaService, type LambdaService } from './region/lambda/service.ts';
import { createLogsService, type LogsService } from './region/logs/service.ts';
import { enforcePermissions, type Permissions } from './region/permissions/permissions.ts';
import type { Region } from './region/region.ts';
import { createS3Service, type S3Service } from './region/s3/service.ts';
import { createSnsService, type SnsService } from './region/sns/service.ts';
import { createSqsService, type SqsService } from './region/sqs/service.ts';
import { createStsService } from './region/sts/service.ts';

/** What the region has beside EC2 and Systems Manager. */
export interface Services {
  readonly cloudformation: CloudFormationService;
  readonly cloudwatch: CloudWatchService;
  readonly dynamodb: DynamoDbService;
  readonly events: EventsService;
  readonly iam: IamService;
  readonly lambda: LambdaService;
  readonly logs: LogsService;
  readonly s3: S3Service;
  readonly sns: SnsService;
  readonly sqs: SqsService;
  /** `undefined`: everybody may do everything. */
  readonly permissions: Permissions | undefined;
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
 */
export function registerServices(
  region: Region,
  endpoint: () => string | undefined,
  options: {
    /** Runs of one function at the same time. @default as many as on AWS */
    readonly functionConcurrency?: number | undefined;
    /** Do the policies of roles count? @default true */
    readonly enforcePermissions?: boolean | undefined;
  } = {},
): Services {
  const { context } = region;
  const background = new Background(() => context.clock.now());
  const follow = (what: string, work: Promise<void>): void => background.run(what, work);
  const logs = createLogsService(context);
  const sqs = createSqsService(context, () => endpoint() ?? `https://sqs.${context.region}.amazonaws.com`);
  const iam = createIamService(context);
  const permissions = options.enforcePermissions === false ? undefined : enforcePermissions(region, iam.directory);
  const s3 = createS3Service(context);
  const lambda = createLambdaService({
    context,
    packages: (bucket, key) => s3.buckets.find(bucket, key)?.bytes,
    logs: logs.store,
    queues: sqs.queues,
    credentials: ({ name, roleArn }) =>
      region.credentials.issue({ kind: 'function', name, role: roleName(roleArn) }, CREDENTIALS_MS),
    permits: ({ name, roleArn }, action, resource) =>
      permissions?.permits({ kind: 'function', name, role: roleName(roleArn) }, { action, resource, context: {} }) ??
      true,
    endpoint,
    background: follow,
    ...(options.functionConcurrency === undefined ? {} : { concurrency: options.functionConcurrency }),
  });
  const events = createEventsService({ context, functions: lambda, queues: sqs.queues, background: follow });
  const sns = createSnsService(context);
  const cloudwatch = createCloudWatchService(context, {
    logs: logs.store,
    queues: sqs.queues,
    journal: lambda.journal,
    topics: sns.topics,
    background: follow,
  });
  const dynamodb = createDynamoDbService(context);

  // CloudFormation works as the operator does, and through the same APIs.
  const clients = createClients({
    region: context.region,
    credentials: LAB_CREDENTIALS,
    requestHandler: region.requestHandler(),
  });
  const cloudformation = createCloudFormationService({ context, clients, buckets: s3.buckets, background: follow });
  const sts = createStsService(context, { credentials: region.credentials, roles: iam.directory });
  for (const service of [
    cloudformation,
    cloudwatch,
    dynamodb,
    createEcrService(context),
    events,
    iam,
    lambda,
    logs,
    s3,
    sns,
    sqs,
    sts,
  ]) {
    region.register(service);
  }
  region.onEvent((event) => events.publish(event));
  region.linkInstanceProfiles({
    roleOf: (name) => iam.directory.profiles().find((profile) => profile.name === name)?.role?.name,
  });

  return {
    cloudformation,
    cloudwatch,
    dynamodb,
    events,
    iam,
    lambda,
    logs,
    s3,
    sns,
    sqs,
    permissions,
    faults: background.faults,
    async stop() {
      cloudformation.stop();
      cloudwatch.stop();
      events.stop();
      await lambda.stop();
      await dynamodb.stop();
      destroyClients(clients);
    },
  };
}

function roleName(roleArn: string): string {
  return roleArn.slice(roleArn.lastIndexOf('/') + 1);
}
