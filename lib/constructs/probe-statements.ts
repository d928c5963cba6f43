import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { TAG } from '../names.ts';
import { documentArn, ec2Arn } from './arns.ts';

/** Asks the cluster's machines how they are, by the two documents that only read. */
export function probeStatements(scope: Construct, cluster: string): iam.PolicyStatement[] {
  return [
    new iam.PolicyStatement({
      sid: 'SendProbe',
      actions: ['ssm:SendCommand'],
      resources: [documentArn(scope, cluster, 'probe'), documentArn(scope, cluster, 'node-list')],
    }),
    new iam.PolicyStatement({
      sid: 'ProbeMachines',
      actions: ['ssm:SendCommand'],
      resources: [ec2Arn(scope, 'instance', '*')],
      conditions: { StringEquals: { [`ssm:resourceTag/${TAG.cluster}`]: cluster } },
    }),
  ];
}

/** What a look at the cluster reads. None of these calls knows resources that could be named. */
export function lookStatement(...more: readonly string[]): iam.PolicyStatement {
  return new iam.PolicyStatement({
    sid: 'Look',
    actions: [
      ...more,
      'ec2:DescribeInstances',
      'ec2:DescribeNetworkInterfaces',
      'ec2:DescribeVolumes',
      'ssm:DescribeInstanceInformation',
      'ssm:GetCommandInvocation',
      'ssm:ListCommandInvocations',
    ],
    resources: ['*'],
  });
}

export function wakeStatement(reconcileFunctionArn: string): iam.PolicyStatement {
  return new iam.PolicyStatement({
    sid: 'Wake',
    actions: ['lambda:InvokeFunction'],
    resources: [reconcileFunctionArn],
  });
}
