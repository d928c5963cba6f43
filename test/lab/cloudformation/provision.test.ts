// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are texts of Fn::Sub
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { CreateLogGroupCommand, DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { ListRolePoliciesCommand } from '@aws-sdk/client-iam';
import { ListQueuesCommand } from '@aws-sdk/client-sqs';
import { deleteStack } from '../../../lab/cloudformation/delete-stack.ts';
import { TemplateError } from '../../../lab/cloudformation/errors.ts';
import { provision } from '../../../lab/cloudformation/provision.ts';
import { type Stack, StackError } from '../../../lab/cloudformation/stack/stack.ts';
import { createStage, outcomes, type Stage } from './support/stage.ts';

const role = {
  Type: 'AWS::IAM::Role',
  Properties: { AssumeRolePolicyDocument: { Version: '2012-10-17', Statement: [] } },
};
const policyOf = (name: string) => ({
  Type: 'AWS::IAM::Policy',
  Properties: {
    PolicyName: 'Rights',
    PolicyDocument: { Statement: [{ Resource: { 'Fn::GetAtt': ['Queue', 'Arn'] } }] },
    Roles: [{ Ref: name }],
  },
});
const small = {
  Parameters: { Days: { Type: 'Number', Default: 7 } },
  Resources: {
    Queue: { Type: 'AWS::SQS::Queue', Properties: { MessageRetentionPeriod: '3600', SqsManagedSseEnabled: true } },
    Role: role,
    Policy: policyOf('Role'),
    Profile: { Type: 'AWS::IAM::InstanceProfile', Properties: { Roles: [{ Ref: 'Role' }] } },
    Logs: {
      Type: 'AWS::Logs::LogGroup',
      Properties: { LogGroupName: { 'Fn::Sub': '/demo/${Queue.QueueName}' }, RetentionInDays: { Ref: 'Days' } },
    },
  },
  Outputs: {
    Url: { Value: { Ref: 'Queue' }, Description: 'where', Export: { Name: { 'Fn::Sub': '${AWS::StackName}-url' } } },
    Arn: { Value: { 'Fn::GetAtt': 'Queue.Arn' } },
  },
};

async function failed(run: Promise<unknown>): Promise<StackError> {
  try {
    await run;
  } catch (error) {
    assert.ok(error instanceof StackError, String(error));
    return error;
  }
  throw new assert.AssertionError({ message: 'it should have failed' });
}

async function left(stage: Stage): Promise<{ queues: number; groups: string[] }> {
  const { QueueUrls = [] } = await stage.clients.sqs.send(new ListQueuesCommand({}));
  const { logGroups = [] } = await stage.clients.logs.send(new DescribeLogGroupsCommand({}));
  return { queues: QueueUrls.length, groups: logGroups.map((group) => String(group.logGroupName)) };
}

describe('a stack that can be created', () => {
  test('is created whole, with names, attributes and outputs', async () => {
    const stage = createStage();
    const stack = await provision(stage.options(small));
    const name = stack.resources.find(({ logicalId }) => logicalId === 'Queue')?.identity?.attributes['QueueName'];
    assert.match(String(name), /^Demo-Queue-[A-Z0-9]{12}$/);
    assert.deepEqual(stack.outputs, {
      Url: {
        value: `http://127.0.0.1:4566/123456789012/${name}`,
        description: 'where',
        exportName: 'Demo-url',
      },
      Arn: { value: `arn:aws:sqs:us-east-1:123456789012:${name}`, description: undefined, exportName: undefined },
    });
    assert.deepEqual(await left(stage), { queues: 1, groups: [`/demo/${name}`] });
    const roleName = stack.resources.find(({ logicalId }) => logicalId === 'Role')?.identity?.physicalId;
    const policies = await stage.clients.iam.send(new ListRolePoliciesCommand({ RoleName: roleName }));
    assert.deepEqual(policies.PolicyNames, ['Rights']);
    assert.equal(stack.status, 'CREATE_COMPLETE');
    assert.match(stack.id, /^arn:aws:cloudformation:us-east-1:123456789012:stack\/Demo\/[0-9a-f-]{36}$/);
  });

  test('tells its events as they happen, and keeps them', async () => {
    const stage = createStage();
    const stack = await provision(stage.options(small));
    assert.deepEqual(stage.events, stack.events);
    const [first] = stack.events;
    assert.deepEqual(
      [first?.logicalId, first?.type, first?.status],
      ['Demo', 'AWS::CloudFormation::Stack', 'CREATE_IN_PROGRESS'],
    );
    const done = outcomes(stack.events);
    assert.equal(done.at(-1), 'Demo CREATE_COMPLETE');
    assert.ok(done.indexOf('Policy CREATE_COMPLETE') > done.indexOf('Queue CREATE_COMPLETE'));
    assert.ok(done.indexOf('Policy CREATE_COMPLETE') > done.indexOf('Role CREATE_COMPLETE'));
  });

  test('is deleted in the reverse order, after a way through JSON', async () => {
    const stage = createStage();
    const stack: Stack = JSON.parse(JSON.stringify(await provision(stage.options(small))));
    const from = stage.events.length;
    const gone = await deleteStack({ ...stage.options(small), stack });
    assert.equal(gone.status, 'DELETE_COMPLETE');
    assert.deepEqual(await left(stage), { queues: 0, groups: [] });
    const done = outcomes(stage.events.slice(from)).map((line) => line.split(' ')[0]);
    assert.equal(done.at(-1), 'Demo');
    for (const [before, after] of [
      ['Policy', 'Role'],
      ['Policy', 'Queue'],
      ['Profile', 'Role'],
      ['Logs', 'Queue'],
    ] as const) {
      assert.ok(done.indexOf(before) < done.indexOf(after), `${before} before ${after}: ${done.join(' ')}`);
    }
    // Everything is gone: a second time there is nothing to do.
    assert.equal((await deleteStack({ ...stage.options(small), stack: gone })).status, 'DELETE_COMPLETE');
  });

  test('is deleted also when someone took parts of it away by hand', async () => {
    const stage = createStage();
    const stack = await provision(stage.options(small));
    await deleteStack({ ...stage.options(small), stack });
    assert.equal((await deleteStack({ ...stage.options(small), stack })).status, 'DELETE_COMPLETE');
  });
});

describe('a stack that fails', () => {
  const colliding = {
    Resources: {
      ...small.Resources,
      Logs: { Type: 'AWS::Logs::LogGroup', Properties: { LogGroupName: '/taken' }, DependsOn: ['Policy'] },
      Never: { Type: 'AWS::SQS::Queue', DependsOn: 'Logs' },
    },
  };

  test('is rolled back, and says what failed and why', async () => {
    const stage = createStage();
    await stage.clients.logs.send(new CreateLogGroupCommand({ logGroupName: '/taken' }));
    const error = await failed(provision(stage.options(colliding)));
    assert.equal(error.code, 'StackCreateFailed');
    assert.match(
      error.message,
      /stack Demo is ROLLBACK_COMPLETE:\n {2}Logs \(AWS::Logs::LogGroup\): ResourceAlreadyExistsException/,
    );
    assert.deepEqual(await left(stage), { queues: 0, groups: ['/taken'] }, 'what is not its own stays');
    const done = outcomes(stage.events);
    assert.ok(done.includes('Logs CREATE_FAILED'));
    assert.ok(!done.some((line) => line.startsWith('Never')));
    assert.ok(done.indexOf('Policy DELETE_COMPLETE') < done.indexOf('Role DELETE_COMPLETE'));
    assert.equal(done.at(-1), 'Demo ROLLBACK_COMPLETE');
    const start = stage.events.find((event) => event.status === 'ROLLBACK_IN_PROGRESS');
    assert.equal(start?.reason, 'The following resource(s) failed to create: [Logs].');
  });

  test('a resource made half-way is deleted too', async () => {
    const stage = createStage();
    const template = {
      Resources: {
        Logs: { Type: 'AWS::Logs::LogGroup', Properties: { LogGroupName: '/half', RetentionInDays: -1 } },
      },
    };
    const error = await failed(provision(stage.options(template)));
    assert.deepEqual(outcomes(error.left.events), [
      'Logs CREATE_FAILED',
      'Logs DELETE_COMPLETE',
      'Demo ROLLBACK_COMPLETE',
    ]);
    assert.deepEqual(await left(stage), { queues: 0, groups: [] });
  });

  test('deletion policies hold on roll-back as they do in AWS', async () => {
    const stage = createStage();
    await stage.clients.logs.send(new CreateLogGroupCommand({ logGroupName: '/taken' }));
    const kept = (DeletionPolicy: string) => ({ Type: 'AWS::SQS::Queue', DeletionPolicy });
    const template = {
      Resources: {
        Kept: kept('Retain'),
        Fresh: kept('RetainExceptOnCreate'),
        Logs: { Type: 'AWS::Logs::LogGroup', Properties: { LogGroupName: '/taken' }, DependsOn: ['Kept', 'Fresh'] },
      },
    };
    await failed(provision(stage.options(template)));
    const done = outcomes(stage.events);
    assert.ok(done.includes('Kept DELETE_SKIPPED') && done.includes('Fresh DELETE_COMPLETE'), done.join());
    assert.equal((await left(stage)).queues, 1);
  });

  test('what is to be retained is, when the stack is deleted', async () => {
    const stage = createStage();
    const kept = (DeletionPolicy: string) => ({ Type: 'AWS::SQS::Queue', DeletionPolicy });
    const template = { Resources: { A: kept('Retain'), B: kept('RetainExceptOnCreate'), C: kept('Delete') } };
    const stack = await provision(stage.options(template));
    await deleteStack({ ...stage.options(template), stack });
    assert.equal((await left(stage)).queues, 2);
  });

  test('what can not be deleted keeps what it needs, and can be deleted later', async () => {
    const stage = createStage();
    const stack = await provision(stage.options(small));
    const { sqs } = stage.clients;
    let broken = true;
    sqs.middlewareStack.add(
      (next, { commandName }) =>
        async (request) => {
          if (broken && commandName === 'DeleteQueueCommand') {
            throw new RangeError('not now');
          }
          return next(request);
        },
      { step: 'initialize' },
    );
    const error = await failed(deleteStack({ ...stage.options(small), stack }));
    assert.equal(error.code, 'StackDeleteFailed');
    assert.match(error.message, /Queue \(AWS::SQS::Queue\): RangeError: not now/);
    assert.equal(error.left.status, 'DELETE_FAILED');
    broken = false;
    const gone = await deleteStack({ ...stage.options(small), stack: error.left });
    assert.equal(gone.status, 'DELETE_COMPLETE');
    assert.equal((await left(stage)).queues, 0);
  });

  test('an output that can not be had rolls it back', async () => {
    const stage = createStage();
    const template = { ...small, Outputs: { Bad: { Value: { 'Fn::Split': ['/', 'a/b'] } } } };
    const error = await failed(provision(stage.options(template)));
    assert.match(error.message, /Outputs\.Bad\.Value: must be a string/);
    assert.equal((await left(stage)).queues, 0);
  });
});

test('a template that can not be provisioned creates nothing', async () => {
  const stage = createStage();
  const template = { Resources: { ...small.Resources, Bucket: { Type: 'AWS::S3::Bucket' } } };
  await assert.rejects(provision(stage.options(template)), TemplateError);
  assert.deepEqual([stage.calls(), stage.events], [[], []]);
  await assert.rejects(provision(stage.options(small, { stackName: '1st' })), /StackName: is "1st"/);
});

test('the same seed gives the same names', async () => {
  const names = async () => {
    const { resources } = await provision(createStage().options({ Resources: { Queue: small.Resources.Queue } }));
    return resources.map(({ identity }) => identity?.physicalId);
  };
  assert.deepEqual(await names(), await names());
});
