import { test } from 'node:test';
import { Match } from 'aws-cdk-lib/assertions';
import { templateOf } from './synth.ts';

const template = templateOf();

test('the reconciler: Node 24 on arm64 for five minutes, told of the cluster and its table, without reserved concurrency', () => {
  template.hasResource('AWS::Lambda::Function', {
    Properties: {
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Handler: 'index.handler',
      Timeout: 300,
      ReservedConcurrentExecutions: Match.absent(),
      Environment: {
        Variables: Match.objectLike({
          EVERSWARM_CLUSTER: 'demo',
          EVERSWARM_TABLE: { Ref: Match.stringLikeRegexp('^SwarmStoreTable') },
        }),
      },
    },
    // Its permissions are there before its first call.
    DependsOn: Match.arrayWith([Match.stringLikeRegexp('^SwarmControllerReconcileRoleDefaultPolicy')]),
  });
});

test('each function logs into a group of its own, for a month', () => {
  template.resourceCountIs('AWS::Logs::LogGroup', 4);
  template.allResourcesProperties('AWS::Logs::LogGroup', { RetentionInDays: 30 });
  template.allResourcesProperties('AWS::Lambda::Function', {
    LoggingConfig: { LogGroup: { Ref: Match.stringLikeRegexp('Logs') } },
  });
});

const WAKE_UPS: [string, Record<string, unknown>][] = [
  ['a minute that passed', { ScheduleExpression: 'rate(1 minute)' }],
  [
    'an instance that changed state',
    { EventPattern: { source: ['aws.ec2'], 'detail-type': ['EC2 Instance State-change Notification'] } },
  ],
  [
    'a spot warning',
    {
      EventPattern: {
        source: ['aws.ec2'],
        'detail-type': ['EC2 Spot Instance Interruption Warning', 'EC2 Instance Rebalance Recommendation'],
      },
    },
  ],
  [
    'a health event',
    { EventPattern: { source: ['aws.health'], 'detail-type': ['AWS Health Event'], detail: { service: ['EC2'] } } },
  ],
];

for (const [name, rule] of WAKE_UPS) {
  test(`${name} wakes the reconciler; what can't be delivered is kept`, () => {
    template.hasResourceProperties('AWS::Events::Rule', {
      ...rule,
      State: 'ENABLED',
      Targets: [
        Match.objectLike({
          Arn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^SwarmControllerReconcileFunction'), 'Arn'] },
          DeadLetterConfig: { Arn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^SwarmControllerFailures'), 'Arn'] } },
        }),
      ],
    });
  });
}

test('every rule, and nobody else, may invoke the reconciler', () => {
  template.resourceCountIs('AWS::Events::Rule', WAKE_UPS.length);
  template.resourceCountIs('AWS::Lambda::Permission', WAKE_UPS.length);
  template.allResourcesProperties('AWS::Lambda::Permission', {
    Action: 'lambda:InvokeFunction',
    Principal: 'events.amazonaws.com',
    SourceArn: Match.anyValue(),
  });
});

test('invocations that fail for good end in an encrypted queue that takes TLS only', () => {
  template.hasResourceProperties('AWS::Lambda::EventInvokeConfig', {
    FunctionName: { Ref: Match.stringLikeRegexp('^SwarmControllerReconcileFunction') },
    DestinationConfig: {
      OnFailure: { Destination: { 'Fn::GetAtt': [Match.stringLikeRegexp('^SwarmControllerFailures'), 'Arn'] } },
    },
  });
  template.allResourcesProperties('AWS::SQS::Queue', { SqsManagedSseEnabled: true });
  template.hasResourceProperties('AWS::SQS::QueuePolicy', {
    PolicyDocument: {
      Statement: Match.arrayWith([
        Match.objectLike({ Effect: 'Deny', Action: 'sqs:*', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
      ]),
    },
  });
});

test('the table: on demand, restorable to any second, events expire', () => {
  template.hasResource('AWS::DynamoDB::Table', {
    DeletionPolicy: 'Delete',
    Properties: {
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      AttributeDefinitions: [
        { AttributeName: 'pk', AttributeType: 'S' },
        { AttributeName: 'sk', AttributeType: 'S' },
      ],
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
    },
  });
});
