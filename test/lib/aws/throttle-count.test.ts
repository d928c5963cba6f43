import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DescribeInstancesCommand, EC2Client } from '@aws-sdk/client-ec2';
import { SSMClient } from '@aws-sdk/client-ssm';
import { DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';
import { countThrottles } from '../../../lib/aws/throttle-count.ts';

interface Answer {
  readonly statusCode: number;
  readonly body: string;
}

const EC2_BUSY = {
  statusCode: 503,
  body: '<Response><Errors><Error><Code>RequestLimitExceeded</Code><Message>no</Message></Error></Errors></Response>',
};
const EC2_REFUSED = {
  statusCode: 403,
  body: '<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>no</Message></Error></Errors></Response>',
};
const EC2_FINE = { statusCode: 200, body: '<DescribeInstancesResponse><reservationSet/></DescribeInstancesResponse>' };
const DYNAMO_BUSY = {
  statusCode: 400,
  body: JSON.stringify({ __type: 'com.amazonaws.dynamodb.v20120810#ThrottlingException', message: 'no' }),
};

/** Genuine clients, with their retries; each call gets the next of these answers. */
function clientsAnswered(...answers: readonly Answer[]) {
  const left = [...answers];
  const options = {
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 3,
    requestHandler: {
      handle: async () => {
        const { statusCode, body } = left.shift() ?? EC2_FINE;
        return { response: { statusCode, headers: {}, body: Buffer.from(body) } };
      },
    },
  };
  return {
    ec2: new EC2Client(options),
    ssm: new SSMClient(options),
    dynamo: DynamoDBDocumentClient.from(new DynamoDBClient(options)),
  };
}

test('a refusal is counted of which the SDK made up by itself', async () => {
  const clients = clientsAnswered(EC2_BUSY, EC2_BUSY, EC2_FINE);
  const throttles = countThrottles(clients);
  await clients.ec2.send(new DescribeInstancesCommand({}));
  assert.equal(throttles.take(), 2);
  assert.equal(throttles.take(), 0);
});

test('the document client is counted as well; an error of another kind is not, and each comes through', async () => {
  const clients = clientsAnswered(DYNAMO_BUSY, DYNAMO_BUSY, DYNAMO_BUSY, EC2_REFUSED);
  const throttles = countThrottles(clients);
  const get = new GetCommand({ TableName: 'table', Key: { pk: 'a' } });
  await assert.rejects(clients.dynamo.send(get), { name: 'ThrottlingException' });
  assert.equal(throttles.take(), 3);
  await assert.rejects(clients.ec2.send(new DescribeInstancesCommand({})), { name: 'UnauthorizedOperation' });
  assert.equal(throttles.take(), 0);
});
