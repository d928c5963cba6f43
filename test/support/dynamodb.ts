import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { startDynamoDbLocal } from '../../lab/region/dynamodb/local.ts';

export interface TestDynamoDb {
  readonly client: DynamoDBDocumentClient;
  /** Another client of the same tables, to be tampered with. Ended by `stop`. */
  newClient(): DynamoDBDocumentClient;
  /** Makes a table with the text keys `pk` and `sk`. */
  createTable(name: string): Promise<void>;
  stop(): Promise<void>;
}

/** Amazon's DynamoDB Local, in memory, for the time of a test file. */
export async function startTestDynamoDb(): Promise<TestDynamoDb> {
  const local = await startDynamoDbLocal();
  const clients: DynamoDBClient[] = [];
  const newClient = () => {
    const client = new DynamoDBClient({
      endpoint: local.endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    });
    clients.push(client);
    return DynamoDBDocumentClient.from(client);
  };
  const client = newClient();
  return {
    client,
    newClient,
    async createTable(name) {
      await client.send(createTableCommand(name));
    },
    async stop() {
      for (const each of clients) each.destroy();
      await local.stop();
    },
  };
}

/** A table with the text keys `pk` and `sk`. */
export function createTableCommand(name: string): CreateTableCommand {
  return new CreateTableCommand({
    TableName: name,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [
      { AttributeName: 'pk', AttributeType: 'S' },
      { AttributeName: 'sk', AttributeType: 'S' },
    ],
    KeySchema: [
      { AttributeName: 'pk', KeyType: 'HASH' },
      { AttributeName: 'sk', KeyType: 'RANGE' },
    ],
  });
}
