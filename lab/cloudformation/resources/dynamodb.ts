import {
  BillingMode,
  CreateTableCommand,
  DeleteTableCommand,
  DescribeTableCommand,
  KeyType,
  ProjectionType,
  ScalarAttributeType,
  StreamViewType,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateContinuousBackupsCommand,
  UpdateTableCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import { z } from 'zod';
import { NotUpdatableError, present } from '../errors.ts';
import type { Identity } from '../stack/stack.ts';
import { flag, integer, tags, text, texts } from './fields.ts';
import { type CreateContext, defineResource, differing, type ResourceContext, type UpdateContext } from './handler.ts';
import { asTagList, tagDelta, tagList } from './tags.ts';
import { isAwsError, unlessGone, until, untilReady } from './waiting.ts';

const throughput = z.strictObject({ ReadCapacityUnits: integer, WriteCapacityUnits: integer });
const keySchema = z.array(z.strictObject({ AttributeName: text, KeyType: z.enum(KeyType) }));
const backups = z.strictObject({ PointInTimeRecoveryEnabled: flag, RecoveryPeriodInDays: integer.optional() });

const common = {
  TableName: text.optional(),
  AttributeDefinitions: z.array(z.strictObject({ AttributeName: text, AttributeType: z.enum(ScalarAttributeType) })),
  KeySchema: keySchema,
  BillingMode: z.enum(BillingMode).optional(),
  GlobalSecondaryIndexes: z
    .array(
      z.strictObject({
        IndexName: text,
        KeySchema: keySchema,
        Projection: z.strictObject({
          ProjectionType: z.enum(ProjectionType).optional(),
          NonKeyAttributes: texts.optional(),
        }),
        ProvisionedThroughput: throughput.optional(),
      }),
    )
    .optional(),
  SSESpecification: z.strictObject({ SSEEnabled: flag }).optional(),
  StreamSpecification: z.strictObject({ StreamViewType: z.enum(StreamViewType) }).optional(),
  TimeToLiveSpecification: z.strictObject({ AttributeName: text.optional(), Enabled: flag }).optional(),
};

const tableProperties = z.strictObject({
  ...common,
  DeletionProtectionEnabled: flag.optional(),
  PointInTimeRecoverySpecification: backups.optional(),
  ProvisionedThroughput: throughput.optional(),
  Tags: tags,
});

const ATTRIBUTES = ['Arn', 'StreamArn'];

export const table = defineResource({
  type: 'AWS::DynamoDB::Table',
  attributes: ATTRIBUTES,
  properties: tableProperties,
  createOnly: ['TableName', 'KeySchema'],
  create: createTable,
  update: updateTable,
  delete: deleteTable,
});

type TableProperties = z.output<typeof tableProperties>;

const globalTableProperties = z.strictObject({
  ...common,
  Replicas: z
    .array(
      z.strictObject({
        Region: text,
        DeletionProtectionEnabled: flag.optional(),
        PointInTimeRecoverySpecification: backups.optional(),
        Tags: tags,
      }),
    )
    .length(1, 'the lab is one Region: exactly one replica, its own'),
});

/** What the CDK's TableV2 becomes; in one Region it is a table like others, with some settings under its replica. */
export const globalTable = defineResource({
  type: 'AWS::DynamoDB::GlobalTable',
  attributes: [...ATTRIBUTES, 'TableId'],
  properties: globalTableProperties,
  createOnly: ['TableName', 'KeySchema'],
  create: (properties, context) => createTable(asTable(properties), context),
  update: (identity, context, after, before) => updateTable(identity, context, asTable(after), asTable(before)),
  delete: deleteTable,
});

async function createTable(properties: TableProperties, context: CreateContext): Promise<Identity> {
  const { dynamodb } = context.clients;
  const TableName = properties.TableName ?? context.name(255);
  const stream = properties.StreamSpecification;
  const answer = await dynamodb.send(
    new CreateTableCommand({
      TableName,
      AttributeDefinitions: properties.AttributeDefinitions,
      KeySchema: properties.KeySchema,
      BillingMode: properties.BillingMode,
      ProvisionedThroughput: properties.ProvisionedThroughput,
      GlobalSecondaryIndexes: properties.GlobalSecondaryIndexes,
      DeletionProtectionEnabled: properties.DeletionProtectionEnabled,
      StreamSpecification: stream === undefined ? undefined : { ...stream, StreamEnabled: true },
      SSESpecification:
        properties.SSESpecification === undefined ? undefined : { Enabled: properties.SSESpecification.SSEEnabled },
      Tags: tagList(properties.Tags, context),
    }),
  );
  const description = present(answer.TableDescription, 'CreateTable', 'TableDescription');
  const Arn = present(description.TableArn, 'CreateTable', 'TableArn');
  const attributes = {
    Arn,
    ...(description.LatestStreamArn === undefined ? {} : { StreamArn: description.LatestStreamArn }),
    ...(description.TableId === undefined ? {} : { TableId: description.TableId }),
  };
  const identity = { physicalId: TableName, attributes };
  context.made(identity);
  await untilReady(`table ${TableName} active`, 300, context, async () => {
    const { Table } = await dynamodb.send(new DescribeTableCommand({ TableName }));
    return Table?.TableStatus === 'ACTIVE';
  });
  const expiry = properties.TimeToLiveSpecification;
  if (expiry?.Enabled === true) {
    const TimeToLiveSpecification = { AttributeName: expiry.AttributeName, Enabled: true };
    await dynamodb.send(new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification }));
  }
  if (properties.PointInTimeRecoverySpecification !== undefined) {
    const { PointInTimeRecoverySpecification } = properties;
    await dynamodb.send(new UpdateContinuousBackupsCommand({ TableName, PointInTimeRecoverySpecification }));
  }
  return identity;
}

function asTable({ Replicas, ...properties }: z.output<typeof globalTableProperties>): TableProperties {
  const [{ Region: _, ...replica } = {}] = Replicas;
  return { ...properties, ...replica };
}

async function updateTable(
  identity: Identity,
  context: UpdateContext,
  after: TableProperties,
  before: TableProperties,
): Promise<Identity> {
  const { dynamodb } = context.clients;
  const TableName = identity.physicalId;
  const changed = new Set(differing(before, after));
  const untaught = ['GlobalSecondaryIndexes', 'SSESpecification', 'StreamSpecification'].filter((each) =>
    changed.has(each),
  );
  if (untaught.length > 0) throw new NotUpdatableError(context.type, untaught, 'the lab has not been taught how');
  if (['BillingMode', 'ProvisionedThroughput', 'DeletionProtectionEnabled'].some((each) => changed.has(each))) {
    const { BillingMode: billing = 'PROVISIONED', ProvisionedThroughput, DeletionProtectionEnabled = false } = after;
    await dynamodb.send(
      new UpdateTableCommand({ TableName, BillingMode: billing, ProvisionedThroughput, DeletionProtectionEnabled }),
    );
    await untilReady(`table ${TableName} active`, 300, context, async () => {
      const { Table } = await dynamodb.send(new DescribeTableCommand({ TableName }));
      return Table?.TableStatus === 'ACTIVE';
    });
  }
  if (changed.has('TimeToLiveSpecification')) {
    const { AttributeName, Enabled = false } = after.TimeToLiveSpecification ?? {};
    const name = AttributeName ?? before.TimeToLiveSpecification?.AttributeName;
    const TimeToLiveSpecification = { AttributeName: name, Enabled };
    await dynamodb.send(new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification }));
  }
  if (changed.has('PointInTimeRecoverySpecification')) {
    const off = { PointInTimeRecoveryEnabled: false };
    const { PointInTimeRecoverySpecification = off } = after;
    await dynamodb.send(new UpdateContinuousBackupsCommand({ TableName, PointInTimeRecoverySpecification }));
  }
  const { set, unset } = tagDelta(before.Tags, after.Tags, context);
  const ResourceArn = String(identity.attributes['Arn']);
  if (unset.length > 0) await dynamodb.send(new UntagResourceCommand({ ResourceArn, TagKeys: [...unset] }));
  if (Object.keys(set).length > 0) await dynamodb.send(new TagResourceCommand({ ResourceArn, Tags: asTagList(set) }));
  return identity;
}

async function deleteTable({ physicalId: TableName }: Identity, context: ResourceContext): Promise<void> {
  const { dynamodb } = context.clients;
  await unlessGone(['ResourceNotFoundException'], () => dynamodb.send(new DeleteTableCommand({ TableName })));
  await until(`table ${TableName} deleted`, 300, context, async () => {
    try {
      await dynamodb.send(new DescribeTableCommand({ TableName }));
      return false;
    } catch (error) {
      if (isAwsError(error, ['ResourceNotFoundException'])) {
        return true;
      }
      throw error;
    }
  });
}
