import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { CLUSTERS_PATH, clusterParameterName } from '../names.ts';
import { parameterArn, publicParametersArn } from './arns.ts';
import { tableStatement } from './controller-policy.ts';
import { lookStatement, probeStatements, wakeStatement } from './probe-statements.ts';

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
    wakeStatement(reconcileFunctionArn),
    ...probeStatements(scope, cluster),
    new iam.PolicyStatement({
      sid: 'FindCluster',
      actions: ['ssm:GetParameter'],
      resources: [parameterArn(scope, clusterParameterName(cluster))],
    }),
    // Judged by the path alone, below which there is nothing but names: which clusters there are.
    new iam.PolicyStatement({
      sid: 'ListClusters',
      actions: ['ssm:GetParametersByPath'],
      resources: [parameterArn(scope, CLUSTERS_PATH)],
    }),
    // Images are pinned when a spec is committed.
    new iam.PolicyStatement({
      sid: 'FindImages',
      actions: ['ssm:GetParameter'],
      resources: [publicParametersArn(scope)],
    }),
    lookStatement('cloudwatch:DescribeAlarms', 'ec2:DescribeImages'),
  ];
}
