import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DescribeInstancesCommand, EC2Client } from '@aws-sdk/client-ec2';
import { EventBridgeClient, PutEventsCommand, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { AddPermissionCommand, CreateFunctionCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { z } from 'zod';
import { type Lab, startLab } from '../../lab/lab.ts';

/** Calls the lab by the address and the keys that it was given. */
const CODE = `
export async function handler(event) {
  const authorization = 'AWS4-HMAC-SHA256 Credential=' + process.env.AWS_ACCESS_KEY_ID + '/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0';
  const response = await fetch(process.env.AWS_ENDPOINT_URL, { method: 'POST',
    headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': 'DynamoDB_20120810.ListTables', authorization }, body: '{}' });
  return { tables: (await response.json()).TableNames, kind: event['detail-type'] };
}`;

const allow = (Action: string | string[]) => ({ Effect: 'Allow', Action, Resource: '*' });

describe('lab with simulated machines', () => {
  let directory: string;
  let stateDirectory: string;
  let lab: Lab;
  const lines: string[] = [];

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'lab-test-'));
    stateDirectory = join(directory, 'state');
    lab = await startLab({ name: 'test', fleet: 'simulated', stateDirectory, progress: (line) => lines.push(line) });
  });
  after(async () => {
    await lab.stop();
    await lab.stop();
    assert.equal(existsSync(join(stateDirectory, 'lab.json')), false);
    await assert.rejects(fetch(`${lab.endpoint}/_lab/status`));
    await rm(directory, { recursive: true });
  });

  const config = () => ({
    region: 'us-east-1',
    endpoint: lab.endpoint,
    credentials: { accessKeyId: 'lab', secretAccessKey: 'lab' },
  });
  const control = async (method: string, path: string, body?: object) => {
    const response = await fetch(`${lab.endpoint}/_lab/${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const value: unknown = await response.json();
    return { status: response.status, value };
  };

  it('says what it waits for, and where it is', async () => {
    assert.ok(lines.includes('starting DynamoDB Local'));
    const { value } = await control('GET', 'status');
    assert.deepEqual(value, {
      name: 'test',
      endpoint: lab.endpoint,
      fleet: 'simulated',
      startedAt: lab.startedAt,
      pid: process.pid,
    });
  });

  it('refuses a second lab in the same place', async () => {
    const again = startLab({ name: 'test', fleet: 'simulated', stateDirectory, progress: () => {} });
    await assert.rejects(again, { code: 'LabRunning' });
    assert.equal((await control('GET', 'status')).status, 200);
  });

  it('answers over the wire', async () => {
    const answer = await new EC2Client(config()).send(new DescribeInstancesCommand({}));
    assert.deepEqual(answer.Reservations, []);
  });

  it('carries an event by a rule to a function that calls the lab back under its role', async () => {
    await writeFile(join(directory, 'index.mjs'), CODE);
    lab.services.lambda.assets.register('assets', 'code', directory);
    const lambda = new LambdaClient(config());
    const bridge = new EventBridgeClient(config());
    const iam = new IAMClient(config());
    await iam.send(new CreateRoleCommand({ RoleName: 'the-role', AssumeRolePolicyDocument: '{}' }));
    const Statement = [allow('dynamodb:ListTables'), allow(['logs:CreateLogStream', 'logs:PutLogEvents'])];
    const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
    await iam.send(new PutRolePolicyCommand({ RoleName: 'the-role', PolicyName: 'all', PolicyDocument }));
    await new DynamoDBClient(config()).send(
      new CreateTableCommand({
        TableName: 'table',
        BillingMode: 'PAY_PER_REQUEST',
        KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
        AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
      }),
    );
    const { FunctionArn } = await lambda.send(
      new CreateFunctionCommand({
        FunctionName: 'caller',
        Runtime: 'nodejs24.x',
        Handler: 'index.handler',
        Role: 'arn:aws:iam::123456789012:role/the-role',
        Code: { S3Bucket: 'assets', S3Key: 'code' },
      }),
    );
    await bridge.send(new PutRuleCommand({ Name: 'mine', EventPattern: '{"source":["me"]}' }));
    await bridge.send(new PutTargetsCommand({ Rule: 'mine', Targets: [{ Id: 'f', Arn: FunctionArn }] }));
    await lambda.send(
      new AddPermissionCommand({
        FunctionName: 'caller',
        StatementId: 's',
        Action: 'lambda:InvokeFunction',
        Principal: 'events.amazonaws.com',
        SourceArn: 'arn:aws:events:us-east-1:123456789012:rule/mine',
      }),
    );
    const ran = new Promise((resolve) => lab.journal.onInvocation(resolve));
    await bridge.send(new PutEventsCommand({ Entries: [{ Source: 'me', DetailType: 'hello', Detail: '{}' }] }));
    await ran;
    const [run] = lab.journal.list();
    assert.equal(run?.trigger, 'rule mine');
    assert.equal(run?.error, undefined);
    const call = lab.region.calls.entries.findLast(({ action }) => action === 'ListTables');
    assert.deepEqual(call?.principal, { kind: 'function', name: 'caller', role: 'the-role' });
    assert.equal(call?.error, undefined);
    const Events = z.array(z.object({ 'detail-type': z.string() }));
    const events = Events.parse((await control('GET', 'events')).value);
    assert.equal(events.at(-1)?.['detail-type'], 'hello');
    const Lines = z.array(z.object({ message: z.string() }));
    assert.match(Lines.parse((await control('GET', 'logs?function=call')).value)[0]?.message ?? '', /^START /);
    const { functions } = z
      .object({ functions: z.array(z.unknown()) })
      .parse((await control('GET', 'instances')).value);
    assert.deepEqual(functions, [{ name: 'caller', busy: 0, idle: 1, undelivered: 0, invocations: 1, errors: 0 }]);
    assert.deepEqual((await control('GET', 'faults')).value, []);
  });

  it('says what is wrong with a command', async () => {
    assert.deepEqual(await control('POST', 'kill', { instance: 'i-1' }), {
      status: 404,
      value: { code: 'InstanceReference', message: 'no live instance is "i-1"; there are none' },
    });
    assert.equal((await control('POST', 'kill', {})).status, 400);
    assert.equal((await control('GET', 'logs?function=nobody')).status, 404);
    assert.equal((await control('GET', 'nothing')).status, 404);
  });
});
