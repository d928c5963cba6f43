import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  CloudWatchClient,
  DeleteAlarmsCommand,
  DescribeAlarmsCommand,
  ListTagsForResourceCommand,
  PutMetricAlarmCommand,
  type PutMetricAlarmCommandInput,
} from '@aws-sdk/client-cloudwatch';
import { createCloudWatchService } from '../../../../lab/region/cloudwatch/service.ts';
import { LogStore } from '../../../../lab/region/logs/log-store.ts';
import { createSnsService } from '../../../../lab/region/sns/service.ts';
import { createSqsService } from '../../../../lab/region/sqs/service.ts';
import { createVirtualClock } from '../../../../lab/sim/clock.ts';
import { testContext } from '../support/context.ts';
import { clientConfig } from '../support/service-handler.ts';

/** Half a minute past a full one. */
const START = Date.UTC(2026, 0, 2, 3, 4, 30);

function stage() {
  const clock = createVirtualClock(START);
  const context = testContext(clock);
  const logs = new LogStore(clock);
  const sqs = createSqsService(context, () => 'http://127.0.0.1');
  const { topics } = createSnsService(context);
  const faults: unknown[] = [];
  const cloudwatch = createCloudWatchService(context, {
    logs,
    queues: sqs.queues,
    topics,
    background: (_, work) => work.catch((error) => faults.push(error)),
  });
  const client = new CloudWatchClient(clientConfig(cloudwatch));
  const topic = topics.ensure('on-call');
  const metric = (value: number) =>
    logs.write(
      '/aws/lambda/f',
      's',
      JSON.stringify({
        _aws: {
          Timestamp: clock.now(),
          CloudWatchMetrics: [{ Namespace: 'Mine', Dimensions: [['Cluster']], Metrics: [{ Name: 'Margin' }] }],
        },
        Cluster: 'demo',
        Margin: value,
      }),
    );
  const put = (change: Partial<PutMetricAlarmCommandInput> = {}) =>
    client.send(
      new PutMetricAlarmCommand({
        AlarmName: 'lost',
        AlarmDescription: 'what to do',
        AlarmActions: [topic.arn],
        OKActions: [topic.arn],
        Namespace: 'Mine',
        MetricName: 'Margin',
        Dimensions: [{ Name: 'Cluster', Value: 'demo' }],
        Statistic: 'Maximum',
        Period: 60,
        EvaluationPeriods: 2,
        Threshold: 0,
        ComparisonOperator: 'LessThanThreshold',
        TreatMissingData: 'ignore',
        Tags: [{ Key: 'everswarm:cluster', Value: 'demo' }],
        ...change,
      }),
    );
  const state = async (name = 'lost') =>
    (await client.send(new DescribeAlarmsCommand({ AlarmNames: [name] }))).MetricAlarms?.[0]?.StateValue;
  const minute = () => clock.advance(60_000);
  return { clock, context, sqs, topic, topics, cloudwatch, client, faults, metric, put, state, minute };
}

describe('alarms', () => {
  it('go off when the minutes that are over say so, tell the topic and the bus, and end', async () => {
    const { put, metric, minute, state, topic, context, cloudwatch, faults } = stage();
    await put();
    assert.equal(await state(), 'INSUFFICIENT_DATA');
    metric(-1);
    await minute();
    assert.equal(await state(), 'INSUFFICIENT_DATA');
    metric(-1);
    // Another sample of the same minute, of which the highest counts.
    metric(-2);
    await minute();
    assert.equal(await state(), 'ALARM');
    metric(1);
    await minute();
    assert.equal(await state(), 'OK');
    await minute();
    assert.equal(await state(), 'OK');

    assert.deepEqual(
      topic.published.map(({ subject, message }) => [subject, JSON.parse(message)['OldStateValue']]),
      [
        ['ALARM: "lost" in us-east-1', 'INSUFFICIENT_DATA'],
        ['OK: "lost" in us-east-1', 'ALARM'],
      ],
    );
    assert.equal(JSON.parse(topic.published[0]?.message ?? '')['AlarmDescription'], 'what to do');
    assert.deepEqual(
      context.emitted.map(({ source, 'detail-type': type }) => [source, type]),
      Array(2).fill(['aws.cloudwatch', 'CloudWatch Alarm State Change']),
    );
    cloudwatch.stop();
    await minute();
    assert.deepEqual(faults, []);
  });

  it('judge nothing any more when CloudWatch is stopped', async () => {
    const { put, metric, minute, state, cloudwatch, clock } = stage();
    await put({ EvaluationPeriods: 1 });
    cloudwatch.stop();
    await clock.flush();
    metric(-1);
    await minute();
    assert.equal(await state(), 'INSUFFICIENT_DATA');
    assert.equal(clock.pending, 0);
  });

  it('see the length of queues', async () => {
    const { put, minute, state, sqs } = stage();
    await sqs.handle({
      method: 'POST',
      path: '/',
      query: {},
      headers: { 'x-amz-target': 'AmazonSQS.CreateQueue' },
      body: JSON.stringify({ QueueName: 'failures' }),
    });
    await put({
      Namespace: 'AWS/SQS',
      MetricName: 'ApproximateNumberOfMessagesVisible',
      Dimensions: [{ Name: 'QueueName', Value: 'failures' }],
      EvaluationPeriods: 1,
      ComparisonOperator: 'GreaterThanThreshold',
    });
    await minute();
    assert.equal(await state(), 'OK');
    sqs.queues.send('arn:aws:sqs:us-east-1:123456789012:failures', 'lost');
    await minute();
    assert.equal(await state(), 'ALARM');
  });

  it('keep their state when they are put anew, and their history of what could not be told', async () => {
    const { put, metric, minute, state, topics, topic, cloudwatch, client } = stage();
    await put({ EvaluationPeriods: 1 });
    metric(-1);
    await minute();
    topics.remove(topic.arn);
    await put({ EvaluationPeriods: 1, ComparisonOperator: 'GreaterThanThreshold' });
    assert.equal(await state(), 'ALARM');
    metric(-1);
    await minute();
    assert.equal(await state(), 'OK');
    assert.match(cloudwatch.alarms.history.at(-1)?.summary ?? '', /^Failed to execute action .*Topic does not exist/);
    const { arn: ResourceARN = '' } = cloudwatch.alarms.find('lost') ?? {};
    const { Tags } = await client.send(new ListTagsForResourceCommand({ ResourceARN }));
    assert.deepEqual(Tags, [{ Key: 'everswarm:cluster', Value: 'demo' }]);
    await client.send(new DeleteAlarmsCommand({ AlarmNames: ['lost', 'never-there'] }));
    assert.equal(await state(), undefined);
  });

  it('with their actions off tell nobody', async () => {
    const { put, metric, minute, state, topic } = stage();
    await put({ EvaluationPeriods: 1, ActionsEnabled: false });
    metric(-1);
    await minute();
    assert.deepEqual([await state(), topic.published.length], ['ALARM', 0]);
  });

  it('are refused where the lab does not know what they ask', async () => {
    const { put } = stage();
    await assert.rejects(put({ Unit: 'Count' }), /Unrecognized key: "Unit"/);
    await assert.rejects(put({ DatapointsToAlarm: 3 }), /DatapointsToAlarm must not be more/);
    await assert.rejects(put({ Period: 10 }), /Period/);
  });
});
