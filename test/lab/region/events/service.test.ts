import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import {
  DeleteRuleCommand,
  DescribeRuleCommand,
  DisableRuleCommand,
  EnableRuleCommand,
  EventBridgeClient,
  ListRulesCommand,
  ListTargetsByRuleCommand,
  PutEventsCommand,
  PutRuleCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
  type Target,
} from '@aws-sdk/client-eventbridge';
import { createEventsService, type EventsService } from '../../../../lab/region/events/service.ts';
import { ServiceError } from '../../../../lab/region/protocol/service-error.ts';
import { createVirtualClock, type VirtualClock } from '../../../../lab/sim/clock.ts';
import { type TestContext, testContext } from '../support/context.ts';
import { clientConfig } from '../support/service-handler.ts';

const FUNCTION = 'arn:aws:lambda:us-east-1:123456789012:function:reconcile';
const QUEUE = 'arn:aws:sqs:us-east-1:123456789012:dead';

describe('EventBridge', () => {
  let clock: VirtualClock;
  let context: TestContext;
  let service: EventsService;
  let client: EventBridgeClient;
  let invoked: { arn: string; payload: string; trigger: string; at: number }[];
  let sent: { arn: string; body: string; code: string | undefined }[];
  /** Errors that the function answers next. */
  let errors: ServiceError[];
  let faults: unknown[];

  beforeEach(() => {
    clock = createVirtualClock(1_790_000_000_000);
    context = testContext(clock);
    [invoked, sent, errors, faults] = [[], [], [], []];
    service = createEventsService({
      context,
      functions: {
        invokeFor(_caller, arn, payload, trigger) {
          const error = errors.shift();
          if (error !== undefined) throw error;
          invoked.push({ arn, payload, trigger, at: clock.now() });
        },
      },
      queues: {
        send: (arn, body, attributes) => {
          sent.push({ arn, body, code: attributes?.['ERROR_CODE']?.StringValue });
        },
        list: () => [],
      },
      background: (_what, work) => {
        work.catch((error: unknown) => faults.push(error));
      },
    });
    client = new EventBridgeClient(clientConfig(service));
  });

  afterEach(() => {
    service.stop();
    assert.deepEqual(faults, []);
  });

  async function rule(settings: { EventPattern?: string; ScheduleExpression?: string }, target: Partial<Target> = {}) {
    await client.send(new PutRuleCommand({ Name: 'r', ...settings }));
    await client.send(new PutTargetsCommand({ Rule: 'r', Targets: [{ Id: 'one', Arn: FUNCTION, ...target }] }));
  }

  const stateChange = {
    source: 'aws.ec2',
    'detail-type': 'EC2 Instance State-change Notification',
    resources: ['arn:aws:ec2:us-east-1:123456789012:instance/i-1'],
    detail: { 'instance-id': 'i-1', state: 'terminated' },
  };
  const PATTERN = '{"source":["aws.ec2"],"detail":{"state":["terminated"]}}';

  it('delivers an event that matches, whole', async () => {
    await rule({ EventPattern: PATTERN });
    service.publish(stateChange);
    service.publish({ ...stateChange, detail: { 'instance-id': 'i-1', state: 'running' } });
    assert.equal(invoked.length, 1);
    assert.equal(invoked[0]?.trigger, 'rule r');
    const event = JSON.parse(invoked[0]?.payload ?? '');
    assert.deepEqual(
      { ...event, id: 'x' },
      {
        version: '0',
        id: 'x',
        account: '123456789012',
        region: 'us-east-1',
        time: '2026-09-21T14:13:20Z',
        ...stateChange,
      },
    );
  });

  it('ticks at its rate, and no longer when disabled or deleted', async () => {
    await rule({ ScheduleExpression: 'rate(1 minute)' });
    await clock.advance(60_000);
    await clock.advance(60_000);
    assert.equal(invoked.length, 2);
    assert.equal(JSON.parse(invoked[0]?.payload ?? '')['detail-type'], 'Scheduled Event');
    await client.send(new DisableRuleCommand({ Name: 'r' }));
    await clock.advance(120_000);
    assert.equal(invoked.length, 2);
    await client.send(new EnableRuleCommand({ Name: 'r' }));
    await clock.advance(60_000);
    assert.equal(invoked.length, 3);
    await client.send(new RemoveTargetsCommand({ Rule: 'r', Ids: ['one'] }));
    await client.send(new DeleteRuleCommand({ Name: 'r' }));
    await clock.advance(600_000);
    assert.equal(invoked.length, 3);
  });

  it('gives a target what its input says', async () => {
    await rule({ EventPattern: PATTERN }, { Input: '{"fixed":true}' });
    service.publish(stateChange);
    await rule({ EventPattern: PATTERN }, { InputPath: '$.detail' });
    service.publish(stateChange);
    await rule(
      { EventPattern: PATTERN },
      {
        InputTransformer: {
          InputPathsMap: { id: '$.detail.instance-id', all: '$.detail' },
          InputTemplate: '{"id":<id>,"text":"<id> is gone","detail":<all>,"rule":"<aws.events.rule-name>"}',
        },
      },
    );
    service.publish(stateChange);
    assert.deepEqual(
      invoked.map(({ payload }) => JSON.parse(payload)),
      [{ fixed: true }, stateChange.detail, { id: 'i-1', text: 'i-1 is gone', detail: stateChange.detail, rule: 'r' }],
    );
  });

  it('tries again as the retry policy says, then the dead-letter queue', async () => {
    await rule(
      { EventPattern: PATTERN },
      { RetryPolicy: { MaximumRetryAttempts: 2 }, DeadLetterConfig: { Arn: QUEUE } },
    );
    errors = [new ServiceError('TooManyRequestsException', 'busy', 429)];
    service.publish(stateChange);
    assert.equal(invoked.length, 0);
    await clock.advance(1000);
    assert.equal(invoked.length, 1);
    errors = Array.from({ length: 3 }, () => new ServiceError('TooManyRequestsException', 'busy', 429));
    service.publish(stateChange);
    await clock.advance(10_000);
    assert.deepEqual(
      sent.map(({ arn, code }) => [arn, code]),
      [[QUEUE, 'TooManyRequestsException']],
    );
  });

  it("does not try again what can't succeed, and tells of what is lost", async () => {
    await rule({ EventPattern: PATTERN });
    errors = [new ServiceError('AccessDeniedException', 'no', 403)];
    service.publish(stateChange);
    await clock.advance(0);
    assert.deepEqual(
      service.lost.map(({ rule: name, error }) => [name, error.code]),
      [['r', 'AccessDeniedException']],
    );
  });

  it('puts events on the bus', async () => {
    const answer = await client.send(
      new PutEventsCommand({
        Entries: [
          { Source: 'me', DetailType: 'test', Detail: '{"a":1}' },
          { Source: 'me', DetailType: 'bad', Detail: '{' },
        ],
      }),
    );
    assert.equal(answer.FailedEntryCount, 1);
    assert.equal(answer.Entries?.[1]?.ErrorCode, 'MalformedDetail');
    assert.deepEqual(context.emitted, [{ source: 'me', 'detail-type': 'test', resources: [], detail: { a: 1 } }]);
  });

  it('keeps rules and targets, and refuses what it does not have', async () => {
    await rule({ EventPattern: PATTERN }, { RetryPolicy: { MaximumRetryAttempts: 3, MaximumEventAgeInSeconds: 60 } });
    const described = await client.send(new DescribeRuleCommand({ Name: 'r' }));
    assert.equal(described.Arn, 'arn:aws:events:us-east-1:123456789012:rule/r');
    assert.equal(described.EventPattern, PATTERN);
    assert.equal((await client.send(new ListRulesCommand({ NamePrefix: 'r' }))).Rules?.length, 1);
    const { Targets } = await client.send(new ListTargetsByRuleCommand({ Rule: 'r' }));
    assert.deepEqual(Targets?.[0]?.RetryPolicy, { MaximumRetryAttempts: 3, MaximumEventAgeInSeconds: 60 });
    await assert.rejects(client.send(new DeleteRuleCommand({ Name: 'r' })), { name: 'ValidationException' });
    await assert.rejects(client.send(new DescribeRuleCommand({ Name: 'x' })), { name: 'ResourceNotFoundException' });
    const put = (more: object) => client.send(new PutRuleCommand({ Name: 'bad', ...more }));
    await assert.rejects(put({}), { name: 'ValidationException' });
    await assert.rejects(put({ EventPattern: '{}' }), { name: 'InvalidEventPatternException' });
    await assert.rejects(put({ ScheduleExpression: 'rate(1 minutes)' }), { name: 'ValidationException' });
    await assert.rejects(put({ EventPattern: PATTERN, EventBusName: 'other' }), { name: 'ValidationException' });
    await assert.rejects(rule({ EventPattern: PATTERN }, { Arn: 'arn:aws:sns:us-east-1:1:t' }), {
      name: 'ValidationException',
    });
  });
});
