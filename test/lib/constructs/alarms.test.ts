import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Duration, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { SelfHealingSwarm } from '../../../lib/constructs/self-healing-swarm.ts';
import { METRIC, METRIC_DIMENSION, METRIC_NAMESPACE } from '../../../lib/metrics.ts';
import { ALARMS, alarmName } from '../../../lib/names.ts';
import { declared, templateOf, testApp } from './synth.ts';

const ALARM = 'AWS::CloudWatch::Alarm';
const template = templateOf();

interface Alarm {
  readonly Type: string;
  readonly DependsOn: readonly string[];
  readonly Properties: Readonly<Record<string, unknown>>;
}

function alarmsIn(synthesised: Template): readonly Alarm[] {
  return Object.values<Alarm>(synthesised.toJSON()['Resources']).filter(({ Type }) => Type === ALARM);
}
const alarms = alarmsIn(template);

test('there is one of each, under a name that tells the cluster, pointing to its part of the runbook', () => {
  const found = alarms.map(({ Properties: { AlarmName, AlarmDescription } }) => [
    AlarmName,
    /(\S+)$/.exec(String(AlarmDescription))?.[1],
  ]);
  assert.deepEqual(
    found.toSorted(),
    ALARMS.map((key) => [alarmName('demo', key), `docs/runbook.md#${key}`]).toSorted(),
  );
});

test('each tells the same topic when it begins and when it ends', () => {
  const [topic] = Object.keys(template.findResources('AWS::SNS::Topic'));
  for (const { Properties } of alarms) {
    assert.deepEqual(Properties['AlarmActions'], [{ Ref: topic }]);
    assert.deepEqual(Properties['OKActions'], [{ Ref: topic }]);
  }
});

test('what they look at is what is sent: under its name, its namespace and its one dimension', () => {
  const own = alarms.filter(({ Properties }) => Properties['Namespace'] === METRIC_NAMESPACE);
  const names: readonly unknown[] = Object.values(METRIC);
  assert.equal(own.length, ALARMS.length - 2);
  for (const { Properties } of own) {
    assert.ok(names.includes(Properties['MetricName']), String(Properties['MetricName']));
    assert.deepEqual(Properties['Dimensions'], [{ Name: METRIC_DIMENSION, Value: 'demo' }]);
  }
  template.hasResourceProperties(ALARM, {
    Namespace: 'AWS/SQS',
    Dimensions: [{ Name: 'QueueName', Value: { 'Fn::GetAtt': [Match.stringLikeRegexp('Failures'), 'QueueName'] } }],
  });
  template.hasResourceProperties(ALARM, {
    Namespace: 'AWS/Lambda',
    Dimensions: [{ Name: 'FunctionName', Value: { Ref: Match.stringLikeRegexp('ControllerReconcileFunction') } }],
  });
});

test('they come after the Swarm and go before it: its first minutes and its removal are no alarm', () => {
  const [deployment] = Object.keys(template.findResources('Custom::EverswarmDeployment'));
  for (const { DependsOn } of alarms) assert.ok(deployment !== undefined && DependsOn.includes(deployment));
});

test('silence ends no alarm about a state, is one about the reconciler, and none about what happened once', () => {
  const treatments = new Map(alarms.map(({ Properties }) => [Properties['AlarmName'], Properties['TreatMissingData']]));
  const treating = (how: string) => ALARMS.filter((key) => treatments.get(alarmName('demo', key)) === how);
  assert.deepEqual(treating('breaching'), ['reconciler-silent']);
  assert.deepEqual(treating('notBreaching'), ['reconciler-failing', 'dead-letters', 'spec-refused']);
  assert.equal(treating('ignore').length, ALARMS.length - 4);
});

test('the topic takes what the cluster’s alarms tell, and nothing by plain HTTP', () => {
  const statement = (more: object) => Match.objectLike({ Action: 'sns:Publish', ...more });
  template.hasResourceProperties('AWS::SNS::TopicPolicy', {
    PolicyDocument: Match.objectLike({
      Statement: Match.arrayWith([
        statement({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
        statement({
          Effect: 'Allow',
          Principal: { Service: 'cloudwatch.amazonaws.com' },
          Condition: {
            ArnLike: { 'aws:SourceArn': { 'Fn::Join': ['', Match.arrayWith([':alarm:everswarm-demo-*'])] } },
          },
        }),
      ]),
    }),
  });
});

test('a single manager has no quorum to be at risk', () => {
  const spec = declared(`
cluster: demo
network: { cidr: 10.42.0.0/16 }
groups:
  managers: { flavor: swarm-manager, allocation: { logicalIds: [10.42.0.10] } }
`);
  const found = alarmsIn(templateOf({ spec })).map(({ Properties }) => Properties['AlarmName']);
  assert.equal(found.length, ALARMS.length - 1);
  assert.ok(!found.includes(alarmName('demo', 'quorum-at-risk')));
});

test('tokens are old only after several of the rotations that the stack asks for', () => {
  const threshold = (props: object) =>
    alarmsIn(templateOf({ spec: declared(), ...props })).find(
      ({ Properties }) => Properties['AlarmName'] === alarmName('demo', 'tokens-old'),
    )?.Properties['Threshold'];
  assert.deepEqual([threshold({}), threshold({ tokenRotation: Duration.days(30) })], [7, 90]);
});

test('a topic and a runbook of one’s own take the place of ours', () => {
  const stack = new Stack(testApp(), 'Test');
  const alarmTopic = new Topic(stack, 'OnCall');
  const swarm = new SelfHealingSwarm(stack, 'Swarm', {
    spec: declared(),
    alarmTopic,
    runbookUrl: 'https://wiki.example/swarm',
  });
  assert.equal(swarm.alarms.topic, alarmTopic);
  assert.deepEqual([...swarm.alarms.alarms.keys()], [...ALARMS]);
  const own = Template.fromStack(stack);
  own.resourceCountIs('AWS::SNS::Topic', 1);
  own.resourceCountIs('AWS::SNS::TopicPolicy', 0);
  own.allResourcesProperties(ALARM, {
    AlarmActions: [stack.resolve(alarmTopic.topicArn)],
    AlarmDescription: Match.stringLikeRegexp('What to do: https://wiki.example/swarm#[a-z-]+$'),
  });
});
