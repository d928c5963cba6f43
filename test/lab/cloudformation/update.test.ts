import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { CreateLogGroupCommand, DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { ListRolePoliciesCommand } from '@aws-sdk/client-iam';
import { GetQueueAttributesCommand, ListQueuesCommand, ListQueueTagsCommand } from '@aws-sdk/client-sqs';
import { TemplateError } from '../../../lab/cloudformation/errors.ts';
import { provision } from '../../../lab/cloudformation/provision.ts';
import { type Stack, StackError } from '../../../lab/cloudformation/stack/stack.ts';
import { updateStack } from '../../../lab/cloudformation/update-stack.ts';
import { answer, createStage, outcomes, type Provider, type Stage } from './support/stage.ts';

type Resources = Record<string, object>;

const ServiceToken = 'arn:aws:lambda:us-east-1:123456789012:function:provider';
const thing = (properties: object) => ({ Type: 'Custom::Thing', Properties: { ServiceToken, ...properties } });
const queue = (properties: object = {}, more: object = {}) => ({
  Type: 'AWS::SQS::Queue',
  Properties: properties,
  ...more,
});
const logs = (properties: object, more: object = {}) => ({
  Type: 'AWS::Logs::LogGroup',
  Properties: properties,
  ...more,
});

async function created(resources: Resources, provider?: Provider): Promise<{ stage: Stage; stack: Stack }> {
  const stage = createStage(provider);
  const stack = await provision(stage.options({ Resources: resources }));
  stage.events.length = 0;
  return { stage, stack };
}

function update(stage: Stage, stack: Stack, resources: Resources, more: object = {}): Promise<Stack> {
  return updateStack({ ...stage.options({ Resources: resources, ...more }), stack });
}

async function failure(run: Promise<unknown>): Promise<StackError> {
  const error: unknown = await run.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof StackError, String(error));
  assert.equal(error.code, 'StackUpdateFailed');
  return error;
}

async function queues(stage: Stage): Promise<readonly string[]> {
  const { QueueUrls = [] } = await stage.clients.sqs.send(new ListQueuesCommand({}));
  return QueueUrls;
}

async function groups(stage: Stage): Promise<Record<string, number | undefined>> {
  const { logGroups = [] } = await stage.clients.logs.send(new DescribeLogGroupsCommand({}));
  return Object.fromEntries(logGroups.map((group) => [String(group.logGroupName), group.retentionInDays]));
}

function idOf(stack: Stack, logicalId: string): string | undefined {
  return stack.resources.find((resource) => resource.logicalId === logicalId)?.identity?.physicalId;
}

describe('an update that goes well', () => {
  test('does nothing where nothing has changed', async () => {
    const resources = { Queue: queue(), Logs: logs({ LogGroupName: '/a', RetentionInDays: 7 }) };
    const { stage, stack } = await created(resources);
    const calls = stage.calls().length;
    const updated = await update(stage, stack, {
      ...resources,
      Logs: logs({ LogGroupName: '/a', RetentionInDays: '7' }),
    });
    assert.deepEqual(stage.calls().slice(calls), []);
    assert.deepEqual(outcomes(stage.events), ['Demo UPDATE_COMPLETE']);
    assert.deepEqual(
      updated.resources.map(({ identity }) => identity),
      stack.resources.map(({ identity }) => identity),
    );
  });

  test('changes in place what can be, and takes settings away that are not declared any more', async () => {
    const { stage, stack } = await created({
      Queue: queue({
        VisibilityTimeout: 60,
        Tags: [
          { Key: 'a', Value: '1' },
          { Key: 'b', Value: '1' },
        ],
      }),
      Logs: logs({ LogGroupName: '/a', RetentionInDays: 7 }),
    });
    const updated = await update(stage, stack, {
      Queue: queue({ DelaySeconds: 5, Tags: [{ Key: 'b', Value: '2' }] }),
      Logs: logs({ LogGroupName: '/a' }),
    });
    const QueueUrl = idOf(updated, 'Queue');
    assert.equal(QueueUrl, idOf(stack, 'Queue'));
    const AttributeNames = ['VisibilityTimeout' as const, 'DelaySeconds' as const];
    const { Attributes } = await stage.clients.sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames }));
    assert.deepEqual(Attributes, { VisibilityTimeout: '30', DelaySeconds: '5' });
    assert.deepEqual((await stage.clients.sqs.send(new ListQueueTagsCommand({ QueueUrl }))).Tags, { b: '2' });
    assert.deepEqual(await groups(stage), { '/a': undefined });
  });

  test('makes the new one first, points the others at it, and deletes the former one last', async () => {
    const policy = {
      Type: 'AWS::IAM::Policy',
      Properties: {
        PolicyName: 'Rights',
        PolicyDocument: { Statement: [{ Resource: { 'Fn::GetAtt': ['Queue', 'Arn'] } }] },
        Roles: [{ Ref: 'Role' }],
      },
    };
    const role = { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: { Statement: [] } } };
    const { stage, stack } = await created({ Queue: queue({ QueueName: 'one' }), Role: role, Policy: policy });
    const updated = await update(stage, stack, { Queue: queue({ QueueName: 'two' }), Role: role, Policy: policy });
    assert.deepEqual(
      stage.events.map(({ logicalId, status, reason }) => `${logicalId} ${status}${reason === undefined ? '' : ' …'}`),
      [
        'Demo UPDATE_IN_PROGRESS …',
        'Queue UPDATE_IN_PROGRESS …',
        'Queue UPDATE_COMPLETE',
        'Policy UPDATE_IN_PROGRESS',
        'Policy UPDATE_COMPLETE',
        'Demo UPDATE_COMPLETE_CLEANUP_IN_PROGRESS',
        'Queue DELETE_IN_PROGRESS',
        'Queue DELETE_COMPLETE',
        'Demo UPDATE_COMPLETE',
      ],
    );
    assert.deepEqual(await queues(stage), [idOf(updated, 'Queue')]);
    const RoleName = idOf(updated, 'Role');
    const { PolicyNames } = await stage.clients.iam.send(new ListRolePoliciesCommand({ RoleName }));
    assert.deepEqual(PolicyNames, ['Rights']);
  });

  test('adds, removes, and keeps what its policy keeps', async () => {
    const kept = { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' };
    const { stage, stack } = await created({
      Gone: logs({ LogGroupName: '/gone' }),
      Kept: logs({ LogGroupName: '/kept' }, kept),
      Replaced: logs({ LogGroupName: '/former' }, kept),
    });
    const updated = await update(stage, stack, {
      Replaced: logs({ LogGroupName: '/newer' }, kept),
      Added: logs({ LogGroupName: '/added' }),
    });
    assert.deepEqual(Object.keys(await groups(stage)), ['/added', '/former', '/kept', '/newer']);
    assert.deepEqual(updated.resources.map(({ logicalId }) => logicalId).toSorted(), ['Added', 'Replaced']);
    const ends = outcomes(stage.events).filter((line) => /DELETE/.test(line));
    assert.deepEqual(ends.toSorted(), ['Gone DELETE_COMPLETE', 'Kept DELETE_SKIPPED', 'Replaced DELETE_SKIPPED']);
  });

  test('says which former one it could not delete, and is complete all the same', async () => {
    const { stage, stack } = await created({ Queue: queue(), Thing: thing({}) }, (request) =>
      request.RequestType === 'Delete' ? answer(request, { Status: 'FAILED', Reason: 'no' }) : answer(request),
    );
    const updated = await update(stage, stack, { Queue: queue() });
    assert.equal(updated.status, 'UPDATE_COMPLETE');
    assert.deepEqual(outcomes(stage.events), ['Thing DELETE_FAILED', 'Demo UPDATE_COMPLETE']);
  });
});

describe('an update that fails', () => {
  test('is brought back: changed, replaced, added and removed ones are as they were', async () => {
    const { stage, stack } = await created({
      Changed: queue({ DelaySeconds: 1 }),
      Replaced: logs({ LogGroupName: '/former', RetentionInDays: 3 }),
      Removed: logs({ LogGroupName: '/removed' }),
    });
    await stage.clients.logs.send(new CreateLogGroupCommand({ logGroupName: '/taken' }));
    const error = await failure(
      update(stage, stack, {
        Changed: queue({ DelaySeconds: 2 }),
        Replaced: logs({ LogGroupName: '/newer' }),
        Added: logs({ LogGroupName: '/added' }, { DependsOn: 'Replaced' }),
        Colliding: logs({ LogGroupName: '/taken' }, { DependsOn: ['Added', 'Changed'] }),
      }),
    );
    assert.deepEqual(await groups(stage), { '/former': 3, '/removed': undefined, '/taken': undefined });
    const QueueUrl = idOf(error.left, 'Changed');
    const asked = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['DelaySeconds'] });
    assert.equal((await stage.clients.sqs.send(asked)).Attributes?.['DelaySeconds'], '1');
    assert.deepEqual(
      stage.events.filter(({ logicalId }) => logicalId === 'Demo').map(({ status }) => status),
      [
        'UPDATE_IN_PROGRESS',
        'UPDATE_ROLLBACK_IN_PROGRESS',
        'UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS',
        'UPDATE_ROLLBACK_COMPLETE',
      ],
    );
    // What is left can be updated again, as if nothing had been tried.
    const again = await updateStack({
      ...stage.options({ Resources: { Changed: queue({ DelaySeconds: 3 }) } }),
      stack: JSON.parse(JSON.stringify(error.left)),
    });
    assert.equal(again.status, 'UPDATE_COMPLETE');
    assert.deepEqual(await groups(stage), { '/taken': undefined });
  });

  test('says so when it can not be brought back', async () => {
    let asked = 0;
    const { stage, stack } = await created({ Thing: thing({ Name: 'a' }) }, (request) => {
      asked += 1;
      return asked === 1 ? answer(request) : answer(request, { Status: 'FAILED', Reason: `refusal ${asked}` });
    });
    const error = await failure(update(stage, stack, { Thing: thing({ Name: 'b' }) }));
    assert.equal(error.left.status, 'UPDATE_ROLLBACK_FAILED');
    assert.match(error.message, /refusal 2[\s\S]*refusal 3/);
  });

  test('changes nothing for a template that can not be carried out', async () => {
    const { stage, stack } = await created({ One: queue() });
    const calls = stage.calls().length;
    await assert.rejects(update(stage, stack, { One: logs({}) }), (error) => {
      assert.ok(error instanceof TemplateError);
      return /Update of resource type is not permitted.*\[One\]/.test(error.message);
    });
    assert.deepEqual(stage.calls().slice(calls), []);
  });

  test('is brought back for an output that is no string', async () => {
    const { stage, stack } = await created({ Logs: logs({ LogGroupName: '/a', RetentionInDays: 1 }) });
    const Outputs = { Wrong: { Value: ['a', 'list'] } };
    await failure(update(stage, stack, { Logs: logs({ LogGroupName: '/a', RetentionInDays: 3 }) }, { Outputs }));
    assert.deepEqual(await groups(stage), { '/a': 1 });
  });
});

test('new tags of the stack reach what is there already', async () => {
  const resources = { Queue: queue({ Tags: [{ Key: 'own', Value: 'yes' }] }) };
  const { stage, stack } = await created(resources);
  const updated = await updateStack({ ...stage.options({ Resources: resources }, { tags: { team: 'blue' } }), stack });
  const QueueUrl = idOf(updated, 'Queue');
  const tags = async () => (await stage.clients.sqs.send(new ListQueueTagsCommand({ QueueUrl }))).Tags;
  assert.deepEqual(await tags(), { own: 'yes', team: 'blue' });
  await updateStack({ ...stage.options({ Resources: resources }), stack: updated });
  assert.deepEqual(await tags(), { own: 'yes' });
});
