import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { Wildcard } from './acknowledge.ts';
import { ec2Arn } from './arns.ts';
import { lookStatement, probeStatements, wakeStatement } from './probe-statements.ts';

export interface ConsolePolicyProps {
  readonly cluster: string;
  readonly tableArn: string;
  readonly reconcileFunctionArn: string;
}

/** The widget: reads the table and EC2, and asks the machines. It can change nothing. */
export function lookStatements(scope: Construct, { cluster, tableArn }: ConsolePolicyProps): iam.PolicyStatement[] {
  return [tableStatement('Recall', tableArn, READS), ...askStatements(scope, cluster)];
}

/**
 * What the buttons call for: a decision of a person and its line in the event log, and the reconciler woken; then it looks,
 * as the widget does. All items of a cluster have one partition key, so that no condition could say which may be written.
 */
export function orderStatements(scope: Construct, props: ConsolePolicyProps): iam.PolicyStatement[] {
  const { cluster, tableArn, reconcileFunctionArn } = props;
  return [
    tableStatement('Remember', tableArn, [...READS, 'dynamodb:BatchWriteItem', 'dynamodb:UpdateItem']),
    wakeStatement(reconcileFunctionArn),
    ...askStatements(scope, cluster),
  ];
}

/** Why the statements above name each of these, for cdk-nag. */
export function consoleWildcards(scope: Construct): Wildcard[] {
  return [
    {
      resource: '*',
      reason: 'EC2 Describe calls, agent listings and command results know no resource types; they only read.',
    },
    {
      resource: ec2Arn(scope, 'instance', '*'),
      reason:
        "Machines come and go, so their ids can't be known: only those with the cluster's tag are asked, by two documents that only read.",
    },
  ];
}

const READS = ['dynamodb:GetItem', 'dynamodb:Query'];

function tableStatement(sid: string, tableArn: string, actions: readonly string[]): iam.PolicyStatement {
  return new iam.PolicyStatement({ sid, actions: [...actions], resources: [tableArn] });
}

function askStatements(scope: Construct, cluster: string): iam.PolicyStatement[] {
  return [...probeStatements(scope, cluster), lookStatement()];
}
