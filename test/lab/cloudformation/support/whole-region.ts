import { type Clients, createClients } from '../../../../lab/cloudformation/clients.ts';
import { createSimulatedFleet } from '../../../../lab/machines/simulated/fleet.ts';
import { createCloudWatchService } from '../../../../lab/region/cloudwatch/service.ts';
import { createDynamoDbService } from '../../../../lab/region/dynamodb/service.ts';
import { createEventsService } from '../../../../lab/region/events/service.ts';
import { createIamService } from '../../../../lab/region/iam/service.ts';
import { createLambdaService } from '../../../../lab/region/lambda/service.ts';
import { createLogsService } from '../../../../lab/region/logs/service.ts';
import { createRegion, type Region } from '../../../../lab/region/region.ts';
import type { RegionSettings } from '../../../../lab/region/settings.ts';
import { createSnsService } from '../../../../lab/region/sns/service.ts';
import { createSqsService } from '../../../../lab/region/sqs/service.ts';
import { seededRandom } from '../../../../lab/sim/random.ts';
import { systemClock } from '../../../../lib/system-clock.ts';

export interface WholeRegion {
  readonly region: Region;
  readonly clients: Clients;
  registerAsset(bucket: string, key: string, directory: string): void;
  /** Ends the processes behind it. @throws what failed in the background */
  stop(): Promise<void>;
}

/** Every service that a template of ours needs, in this process, over simulated machines. */
export function createWholeRegion(settings: Partial<RegionSettings> = {}): WholeRegion {
  const random = seededRandom(1);
  const region = createRegion({
    context: {
      clock: systemClock,
      random,
      account: '123456789012',
      region: 'us-east-1',
      zones: ['us-east-1a', 'us-east-1b', 'us-east-1c'],
    },
    settings,
    fleet: createSimulatedFleet({ clock: systemClock, random }),
  });
  const { context } = region;
  const work: Promise<void>[] = [];
  const background = (_what: string, promise: Promise<void>): void => {
    work.push(promise);
  };
  const logs = createLogsService(context);
  const sqs = createSqsService(context, () => 'http://127.0.0.1:4566');
  const dynamodb = createDynamoDbService(context);
  const lambda = createLambdaService({
    context,
    logs: logs.store,
    queues: sqs.queues,
    credentials: () => ({ accessKeyId: 'TEST', secretAccessKey: 'TEST', sessionToken: 'TEST' }),
    endpoint: () => undefined,
    background,
  });
  const events = createEventsService({ context, functions: lambda, queues: sqs.queues, background });
  for (const service of [
    createCloudWatchService(context),
    createIamService(context),
    logs,
    createSnsService(context),
    sqs,
    dynamodb,
    lambda,
    events,
  ]) {
    region.register(service);
  }
  return {
    region,
    clients: createClients({
      region: context.region,
      credentials: { accessKeyId: 'TEST', secretAccessKey: 'TEST' },
      requestHandler: region.requestHandler(),
      maxAttempts: 1,
    }),
    registerAsset: (bucket, key, directory) => lambda.assets.register(bucket, key, directory),
    stop: async () => {
      events.stop();
      await lambda.stop();
      await dynamodb.stop();
      await Promise.all(work);
    },
  };
}
