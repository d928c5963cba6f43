import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createCloudFormationService } from '../../../../lab/region/cloudformation/service.ts';
import { createS3Service } from '../../../../lab/region/s3/service.ts';
import { createStage } from '../../cloudformation/support/stage.ts';
import { testContext } from '../support/context.ts';

const queue = (properties: object = {}) => ({ Type: 'AWS::SQS::Queue', Properties: properties });
const role = (properties: object = {}) => ({
  Type: 'AWS::IAM::Role',
  Properties: { AssumeRolePolicyDocument: { Statement: [] }, ...properties },
});
const template = (resources: object, more: object = {}): string => JSON.stringify({ Resources: resources, ...more });

/** Requests in the Query protocol; an answer is its status and its XML. */
function stage() {
  const context = testContext();
  const { buckets } = createS3Service(context);
  const { clients } = createStage();
  const work: Promise<void>[] = [];
  const background = (_what: string, promise: Promise<void>): void => void work.push(promise);
  const service = createCloudFormationService({ context, clients, buckets, background });
  const call = async (Action: string, input: Readonly<Record<string, string>>): Promise<string> => {
    const body = new URLSearchParams({ Action, ...input }).toString();
    return (await service.handle({ method: 'POST', path: '/', query: {}, headers: {}, body })).body;
  };
  const idle = (): Promise<unknown> => Promise.all(work);
  const changeSet = (text: string, type: 'CREATE' | 'UPDATE', more: Readonly<Record<string, string>> = {}) =>
    call('CreateChangeSet', { ...named, ChangeSetType: type, TemplateBody: text, ...more });
  const deployed = async (text: string, type: 'CREATE' | 'UPDATE'): Promise<void> => {
    await changeSet(text, type, { 'Capabilities.member.1': 'CAPABILITY_NAMED_IAM' });
    await call('ExecuteChangeSet', named);
    await idle();
  };
  return { call, idle, changeSet, deployed, buckets };
}

const named = { StackName: 'Demo', ChangeSetName: 'change' };

function field(xml: string, name: string): string | undefined {
  return new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1]?.replaceAll('&quot;', '"');
}

describe('CloudFormation over its wire', () => {
  test('makes a stack by a change set, from a template in S3', async () => {
    const { call, idle, buckets } = stage();
    buckets.create('the-templates');
    const text = template({ Queue: queue() }, { Outputs: { Url: { Value: { Ref: 'Queue' } } } });
    buckets.put('the-templates', 'a/template.json', Buffer.from(text), {});
    const TemplateURL = 'https://s3.us-east-1.amazonaws.com/the-templates/a/template.json';
    await call('CreateChangeSet', { ...named, ChangeSetType: 'CREATE', TemplateURL });
    assert.equal(field(await call('DescribeStacks', { StackName: 'Demo' }), 'StackStatus'), 'REVIEW_IN_PROGRESS');
    assert.match(await call('DescribeChangeSet', named), /<Action>Add<.*<LogicalResourceId>Queue</);
    await call('ExecuteChangeSet', named);
    await idle();
    const described = await call('DescribeStacks', { StackName: 'Demo' });
    assert.equal(field(described, 'StackStatus'), 'CREATE_COMPLETE');
    assert.match(field(described, 'OutputValue') ?? '', /Demo-Queue-/);
    assert.equal(field(await call('GetTemplate', { StackName: 'Demo' }), 'TemplateBody'), text);
    const events = await call('DescribeStackEvents', { StackName: 'Demo' });
    const times = [...events.matchAll(/<Timestamp>([^<]+)/g)].map(([, time]) => time);
    assert.deepEqual(times, times.toSorted().reverse(), 'newest first');
    assert.equal(new Set(times).size, times.length, 'no two at the same time');
  });

  test('tells replacement from a change in place, and what is known only later', async () => {
    const { call, changeSet, deployed } = stage();
    const policy = (Resource: object) => ({
      Type: 'AWS::IAM::Policy',
      Properties: { PolicyName: 'P', PolicyDocument: { Statement: [{ Resource }] }, Roles: [{ Ref: 'Role' }] },
    });
    const uses = policy({ 'Fn::GetAtt': ['Queue', 'Arn'] });
    await deployed(template({ Queue: queue({ QueueName: 'one' }), Role: role(), Policy: uses }), 'CREATE');
    const next = { Queue: queue({ QueueName: 'two' }), Role: role({ Description: 'new' }), Policy: uses };
    await changeSet(template(next), 'UPDATE', { 'Capabilities.member.1': 'CAPABILITY_IAM' });
    const described = await call('DescribeChangeSet', { ...named, IncludePropertyValues: 'true' });
    const changes = described.split('<ResourceChange>').slice(1);
    const seen = changes.map((xml) => [
      field(xml, 'LogicalResourceId'),
      field(xml, 'Replacement'),
      field(xml, 'Evaluation'),
    ]);
    assert.deepEqual(seen, [
      ['Queue', 'True', 'Static'],
      ['Role', 'False', 'Static'],
      ['Policy', 'False', 'Dynamic'],
    ]);
    assert.match(changes[0] ?? '', /<PolicyAction>ReplaceAndDelete<.*<BeforeValue>one<.*<AfterValue>two</);
    assert.match(changes[2] ?? '', /KNOWN_AFTER_APPLY/);
  });

  test('fails a change set without changes in the words that tools look for', async () => {
    const { call, changeSet, deployed } = stage();
    await deployed(template({ Queue: queue() }), 'CREATE');
    await changeSet(template({ Queue: queue() }), 'UPDATE');
    const described = await call('DescribeChangeSet', named);
    assert.equal(field(described, 'Status'), 'FAILED');
    assert.match(field(described, 'StatusReason') ?? '', /^The submitted information didn't contain changes\./);
    assert.equal(field(await call('ExecuteChangeSet', named), 'Code'), 'InvalidChangeSetStatus');
    await call('DeleteChangeSet', named);
    assert.equal(field(await call('DescribeChangeSet', named), 'Code'), 'ChangeSetNotFound');
  });

  test('refuses what CloudFormation refuses', async () => {
    const { call, changeSet, deployed } = stage();
    const refusal = async (answer: Promise<string>): Promise<string> => {
      const xml = await answer;
      return `${field(xml, 'Code')}: ${field(xml, 'Message')}`;
    };
    assert.equal(
      await refusal(call('DescribeStacks', { StackName: 'Demo' })),
      'ValidationError: Stack with id Demo does not exist',
    );
    assert.equal(
      await refusal(changeSet(template({ Queue: queue() }), 'UPDATE')),
      'ValidationError: Stack [Demo] does not exist',
    );
    assert.match(
      await refusal(changeSet(template({ Role: role() }), 'CREATE')),
      /Requires capabilities : \[CAPABILITY_IAM\]/,
    );
    const capability = { 'Capabilities.member.1': 'CAPABILITY_IAM' };
    const withName = template({ Role: role({ RoleName: 'r' }) });
    assert.match(await refusal(changeSet(withName, 'CREATE', capability)), /\[CAPABILITY_NAMED_IAM\]/);
    assert.match(
      await refusal(changeSet(template({ A: { Type: 'AWS::GameLift::Alias' } }), 'CREATE')),
      /AWS::GameLift::Alias/,
    );
    assert.match(await refusal(changeSet('{ "Resources": ', 'CREATE')), /Template format error/);
    await deployed(template({ Queue: queue() }), 'CREATE');
    assert.match(await refusal(changeSet(template({ Queue: queue() }), 'CREATE')), /already exists/);
    await call('UpdateTerminationProtection', { StackName: 'Demo', EnableTerminationProtection: 'true' });
    assert.match(await refusal(call('DeleteStack', { StackName: 'Demo' })), /TerminationProtection is enabled/);
  });

  test('forgets the name of a deleted stack, but not its id', async () => {
    const { call, idle, deployed } = stage();
    await deployed(template({ Queue: queue() }), 'CREATE');
    const StackName = field(await call('DescribeStacks', { StackName: 'Demo' }), 'StackId') ?? '';
    await call('DeleteStack', { StackName: 'Demo' });
    await idle();
    assert.equal(field(await call('DescribeStacks', { StackName: 'Demo' }), 'Code'), 'ValidationError');
    assert.equal(field(await call('DescribeStacks', { StackName }), 'StackStatus'), 'DELETE_COMPLETE');
    await deployed(template({ Queue: queue() }), 'CREATE');
    assert.equal(field(await call('DescribeStacks', { StackName: 'Demo' }), 'StackStatus'), 'CREATE_COMPLETE');
  });

  test('brings a failed update back, and keeps the former template', async () => {
    const { call, deployed } = stage();
    const first = template({ Queue: queue({ QueueName: 'one' }) });
    await deployed(first, 'CREATE');
    // A bucket can't be made here: this stage has no S3 behind its clients.
    await deployed(template({ Queue: queue({ QueueName: 'two' }), Bucket: { Type: 'AWS::S3::Bucket' } }), 'UPDATE');
    const described = await call('DescribeStacks', { StackName: 'Demo' });
    assert.equal(field(described, 'StackStatus'), 'UPDATE_ROLLBACK_COMPLETE');
    assert.equal(field(await call('GetTemplate', { StackName: 'Demo' }), 'TemplateBody'), first);
  });
});
