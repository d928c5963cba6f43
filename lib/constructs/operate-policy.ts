import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { TAG } from '../names.ts';
import { documentArn, ec2Arn } from './arns.ts';
import { tableStatement } from './controller-policy.ts';

export interface OperatePolicyProps {
  readonly cluster: string;
  readonly tableArn: string;
  readonly reconcileFunctionArn: string;
}

/**
 * What the command line does for its operator: it shows the cluster, asks its machines how they are, commits specs and orders, and wakes
 * the reconciler. A committed spec names what runs as root on the machines: who may operate a cluster owns it.
 */
export function operateStatements(scope: Construct, props: OperatePolicyProps): iam.PolicyStatement[] {
  const { cluster, tableArn, reconcileFunctionArn } = props;
  return [
    tableStatement(tableArn),
    new iam.PolicyStatement({ sid: 'Wake', actions: ['lambda:InvokeFunction'], resources: [reconcileFunctionArn] }),
    new iam.PolicyStatement({
      sid: 'SendProbe',
      actions: ['ssm:SendCommand'],
      resources: [documentArn(scope, cluster, 'probe')],
    }),
    new iam.PolicyStatement({
      sid: 'ProbeMachines',
      actions: ['ssm:SendCommand'],
      resources: [ec2Arn(scope, 'instance', '*')],
      conditions: { StringEquals: { [`ssm:resourceTag/${TAG.cluster}`]: cluster } },
    }),
    // None of these knows resources that could be named.
    new iam.PolicyStatement({
      sid: 'Look',
      actions: [
        'ec2:DescribeInstances',
        'ec2:DescribeNetworkInterfaces',
        'ec2:DescribeVolumes',
        'ssm:DescribeInstanceInformation',
        'ssm:GetCommandInvocation',
      ],
      resources: ['*'],
    }),
  ];
}
