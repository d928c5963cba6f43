import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  ConditionalCheckFailedException,
  CreateTableCommand,
  DeleteTableCommand,
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  DynamoDBClient,
  GetItemCommand,
  ListTagsOfResourceCommand,
  PutItemCommand,
  TagResourceCommand,
  UpdateContinuousBackupsCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import { createDynamoDbService, type DynamoDbService } from '../../../../lab/region/dynamodb/service.ts';
import { type TestContext, testContext } from '../support/context.ts';
import { clientConfig } from '../support/service-handler.ts';

describe('DynamoDB', () => {
  const TableName = 'table';
  let context: TestContext;
  let service: DynamoDbService;
  let client: DynamoDBClient;

  before(async () => {
    context = testContext();
    service = createDynamoDbService(context);
    client = new DynamoDBClient(clientConfig(service));
    await service.start();
  });
  after(() => service.stop());

  it("is Amazon's DynamoDB Local, with the lab's ARNs", async () => {
    const { TableDescription } = await client.send(
      new CreateTableCommand({
        TableName,
        BillingMode: 'PAY_PER_REQUEST',
        KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
        AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
        Tags: [{ Key: 'a', Value: 'b' }],
      }),
    );
    assert.equal(TableDescription?.TableArn, 'arn:aws:dynamodb:us-east-1:123456789012:table/table');
    const put = new PutItemCommand({
      TableName,
      Item: { pk: { S: 'ü' } },
      ConditionExpression: 'attribute_not_exists(pk)',
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    });
    await client.send(put);
    await assert.rejects(client.send(put), (error) => {
      assert.ok(error instanceof ConditionalCheckFailedException);
      assert.deepEqual(error.Item, { pk: { S: 'ü' } });
      return true;
    });
    const { Item } = await client.send(new GetItemCommand({ TableName, Key: { pk: { S: 'ü' } } }));
    assert.deepEqual(Item, { pk: { S: 'ü' } });
    assert.deepEqual(
      context.calls.map(({ action, error }) => [action, error]),
      [
        ['CreateTable', undefined],
        ['PutItem', undefined],
        ['PutItem', 'ConditionalCheckFailedException'],
        ['GetItem', undefined],
      ],
    );
  });

  it('answers what DynamoDB Local lacks', async () => {
    const { Table } = await client.send(new DescribeTableCommand({ TableName }));
    const ResourceArn = Table?.TableArn;
    assert.deepEqual((await client.send(new ListTagsOfResourceCommand({ ResourceArn }))).Tags, [
      { Key: 'a', Value: 'b' },
    ]);
    await client.send(new TagResourceCommand({ ResourceArn, Tags: [{ Key: 'c', Value: 'd' }] }));
    assert.equal((await client.send(new ListTagsOfResourceCommand({ ResourceArn }))).Tags?.length, 2);
    await client.send(
      new UpdateTimeToLiveCommand({
        TableName,
        TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
      }),
    );
    await client.send(
      new UpdateContinuousBackupsCommand({
        TableName,
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      }),
    );
    const { ContinuousBackupsDescription } = await client.send(new DescribeContinuousBackupsCommand({ TableName }));
    assert.equal(ContinuousBackupsDescription?.PointInTimeRecoveryDescription?.PointInTimeRecoveryStatus, 'ENABLED');
    await client.send(new DeleteTableCommand({ TableName }));
    await assert.rejects(client.send(new DescribeContinuousBackupsCommand({ TableName })), {
      name: 'TableNotFoundException',
    });
  });
});
