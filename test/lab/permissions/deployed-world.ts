import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EC2Client } from '@aws-sdk/client-ec2';
import { IAMClient } from '@aws-sdk/client-iam';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { SSMClient } from '@aws-sdk/client-ssm';
import { createClients } from '../../../lab/cloudformation/clients.ts';
import { deleteStack } from '../../../lab/cloudformation/delete-stack.ts';
import { provision } from '../../../lab/cloudformation/provision.ts';
import type { Stack } from '../../../lab/cloudformation/stack/stack.ts';
import { createSimulatedFleet, type SimulatedFleetOptions } from '../../../lab/machines/simulated/fleet.ts';
import { createCloudWatchService } from '../../../lab/region/cloudwatch/service.ts';
import { createIamService } from '../../../lab/region/iam/service.ts';
import { createLambdaService } from '../../../lab/region/lambda/service.ts';
import { createLogsService } from '../../../lab/region/logs/service.ts';
import { enforcePermissions } from '../../../lab/region/permissions/permissions.ts';
import { jsonService } from '../../../lab/region/protocol/json-service.ts';
import { ServiceError } from '../../../lab/region/protocol/service-error.ts';
import { createRegion } from '../../../lab/region/region.ts';
import type { RegionContext, Service } from '../../../lab/region/service.ts';
import { createSnsService } from '../../../lab/region/sns/service.ts';
import { createSqsService } from '../../../lab/region/sqs/service.ts';
import { createVirtualClock } from '../../../lab/sim/clock.ts';
import { seededRandom } from '../../../lab/sim/random.ts';

const AT = { account: '123456789012', region: 'us-east-1' };
const ZONES = ['us-east-1a', 'us-east-1b', 'us-east-1c'];
/** Wakes and takes away what is not there in virtual time: functions are called in this process, the custom resource by hand. */
const LEFT_OUT = /^(AWS::Events::|AWS::Lambda::Permission|AWS::SQS::QueuePolicy|AWS::CDK::|Custom::)/;
/** Looks on and needs no permission: only where alarms are asked for. */
const LOOKS_ON = /^AWS::(CloudWatch|SNS)::/;

/** In the place of the functions' bundles, which take long to make: nothing of it is ever run. */
const CODE = { S3Bucket: 'none', S3Key: 'none' };

export type DeployedWorld = Awaited<ReturnType<typeof createDeployedWorld>>;

/**
 * A region in virtual time with the resources of synthesised templates in it, provisioned as CloudFormation does, and
 * its roles held to their policies. What runs on a role's credentials has to be called by the test.
 */
export async function createDeployedWorld(
  options: Pick<SimulatedFleetOptions, 'figures'> & { readonly alarms?: boolean } = {},
) {
  const clock = createVirtualClock(Date.UTC(2026, 0, 5, 12));
  const random = seededRandom(1);
  const { alarms = false, ...ofFleet } = options;
  const fleet = createSimulatedFleet({ clock, random, ...ofFleet });
  const region = createRegion({
    context: { clock, random, ...AT, zones: ZONES },
    settings: {
      pendingMilliseconds: 1_500,
      shutdownMilliseconds: 2_000,
      attachMilliseconds: 700,
      elasticAddresses: 10,
    },
    fleet,
  });
  const { context } = region;
  const iam = createIamService(context);
  const logs = createLogsService(context);
  const sqs = createSqsService(context, () => 'http://127.0.0.1');
  const sns = createSnsService(context);
  const cloudwatch = createCloudWatchService(context, {
    logs: logs.store,
    queues: sqs.queues,
    topics: sns.topics,
    background: (_what, work) => {
      void work;
    },
  });
  const lambda = createLambdaService({
    context,
    logs: logs.store,
    queues: sqs.queues,
    credentials: () => ({ accessKeyId: '', secretAccessKey: '', sessionToken: '' }),
    endpoint: () => undefined,
    background: () => {},
  });
  lambda.assets.register(CODE.S3Bucket, CODE.S3Key, import.meta.dirname);
  const invoked: string[] = [];
  for (const service of [cloudwatch, iam, logs, sns, sqs, tables(context), neverRunning(lambda, invoked)]) {
    region.register(service);
  }
  region.linkInstanceProfiles({
    roleOf: (name) => iam.directory.profiles().find((profile) => profile.name === name)?.role?.name,
  });
  const permissions = enforcePermissions(region, iam.directory);
  const configuration = { region: AT.region, requestHandler: region.requestHandler(), maxAttempts: 1 };
  const administrator = createClients({ ...configuration, credentials: { accessKeyId: 'A', secretAccessKey: 'A' } });

  /** Runs virtual time until the work is done. */
  async function ended<T>(work: Promise<T>): Promise<T> {
    let settled = false;
    const end = () => {
      settled = true;
    };
    work.then(end, end);
    while (!settled) await clock.run(() => settled, 60_000);
    return await work;
  }

  return {
    clock,
    random,
    fleet,
    region,
    directory: iam.directory,
    cloudwatch,
    logs: logs.store,
    queues: sqs.queues,
    topics: sns.topics,
    permissions,
    administrator,
    /** Functions that somebody was allowed to invoke, by name. */
    invoked,

    /** Makes a stack's resources, but for what would run by itself. */
    async provision(template: Readonly<Record<string, unknown>>, stackName: string): Promise<Stack> {
      const stack = provision({
        template: without(template, ({ Type }) => LEFT_OUT.test(Type) || (!alarms && LOOKS_ON.test(Type))),
        stackName,
        ...AT,
        clients: administrator,
        clock,
        random,
      });
      return await ended(stack);
    },

    /** Deletes a stack's resources, as far as its policies say so. */
    async remove(stack: Stack): Promise<void> {
      await ended(deleteStack({ stack, clients: administrator, clock, random }));
    },

    /** Clients on the credentials of a role, as a function or a machine has them. */
    clientsOf(session: { readonly kind: 'function' | 'instance'; readonly name: string; readonly role: string }) {
      const credentials = region.credentials.issue(session, 24 * 3_600_000);
      return clientsWith({ ...configuration, credentials });
    },
  };
}

function clientsWith(options: ConstructorParameters<typeof EC2Client>[0] & object) {
  return {
    ec2: new EC2Client(options),
    ssm: new SSMClient(options),
    lambda: new LambdaClient(options),
    dynamodb: new DynamoDBClient(options),
    iam: new IAMClient(options),
    cloudwatch: new CloudWatchClient(options),
  };
}

/** Resources and their dependencies without those that are left out. Outputs are nobody's business here. */
function without(
  template: Readonly<Record<string, unknown>>,
  isLeftOut: (resource: { readonly Type: string }) => boolean,
): unknown {
  const { Resources: resources, Outputs: _, ...rest } = template;
  const all = Object.entries<{ Type: string; DependsOn?: string[]; Properties?: object }>(Object(resources));
  const kept = all.filter(([, resource]) => !isLeftOut(resource));
  const names = new Set(kept.map(([name]) => name));
  const Resources = Object.fromEntries(
    kept.map(([name, { DependsOn = [], Properties, ...resource }]) => {
      const code = resource.Type === 'AWS::Lambda::Function' ? { Code: CODE } : {};
      const needed = [DependsOn].flat().filter((each) => names.has(each));
      return [name, { ...resource, Properties: { ...Properties, ...code }, DependsOn: needed }];
    }),
  );
  return { ...rest, Resources };
}

/** As much of DynamoDB as it takes to make a table and to delete it; the store is in memory. */
function tables(context: RegionContext): Service {
  const there = new Set<unknown>();
  const table = ({ TableName: name }: Readonly<Record<string, unknown>>) => ({
    TableName: name,
    TableStatus: 'ACTIVE',
    TableArn: `arn:aws:dynamodb:${AT.region}:${AT.account}:table/${String(name)}`,
  });
  return jsonService({
    name: 'dynamodb',
    version: '1.0',
    context,
    operations: {
      CreateTable(input) {
        there.add(input['TableName']);
        return { TableDescription: table(input) };
      },
      DescribeTable(input) {
        if (!there.has(input['TableName'])) throw new ServiceError('ResourceNotFoundException', 'Table not found');
        return { Table: table(input) };
      },
      DeleteTable(input) {
        there.delete(input['TableName']);
        return { TableDescription: table(input) };
      },
      TagResource: () => ({}),
      UpdateContinuousBackups: () => ({}),
      UpdateTimeToLive: () => ({}),
    },
  });
}

function neverRunning(lambda: Service, invoked: string[]): Service {
  return {
    names: lambda.names,
    async handle(request) {
      const name = /\/functions\/([^/]+)\/invocations$/.exec(request.path)?.[1];
      if (name === undefined) return lambda.handle(request);
      invoked.push(decodeURIComponent(name));
      return { status: 202, headers: {}, body: '' };
    },
  };
}
