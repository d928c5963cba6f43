import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { SWARM_ROLES } from '../names.ts';
import type { ClusterSpec } from '../spec/spec.ts';
import type { Wildcard } from './acknowledge.ts';
import { ec2Arn, parameterArn, publicParametersArn, tokenArn } from './arns.ts';
import { tableStatement, terminateStatement } from './controller-policy.ts';

export interface DeploymentPolicyProps {
  readonly spec: ClusterSpec;
  readonly tableArn: string;
  readonly reconcileFunctionArn: string;
}

/** Commits the spec with pinned images, wakes the reconciler; at removal takes the instances and tokens away. */
export function deploymentStatements(scope: Construct, props: DeploymentPolicyProps): iam.PolicyStatement[] {
  const { spec, tableArn, reconcileFunctionArn } = props;
  const tokens = SWARM_ROLES.map((role) => tokenArn(scope, spec.cluster, role));
  return [
    new iam.PolicyStatement({
      sid: 'FindImages',
      actions: ['ssm:GetParameter'],
      resources: [publicParametersArn(scope), ...ownImageParameters(spec).map((name) => parameterArn(scope, name))],
    }),
    // None of them knows resources.
    new iam.PolicyStatement({
      sid: 'Describe',
      actions: ['ec2:DescribeImages', 'ec2:DescribeInstances', 'ec2:DescribeNetworkInterfaces', 'ec2:DescribeVolumes'],
      resources: ['*'],
    }),
    new iam.PolicyStatement({
      sid: 'Wake',
      actions: ['lambda:InvokeFunction'],
      resources: [reconcileFunctionArn],
    }),
    tableStatement(tableArn, 'dynamodb:ConditionCheckItem'),
    terminateStatement(scope, spec.cluster),
    new iam.PolicyStatement({
      sid: 'DeleteTokens',
      actions: ['ssm:DeleteParameters'],
      resources: tokens,
    }),
    // Also should a spec name one of them as the source of its image.
    new iam.PolicyStatement({
      sid: 'NeverReadTokens',
      effect: iam.Effect.DENY,
      actions: ['ssm:GetParameter', 'ssm:GetParameters', 'ssm:GetParametersByPath', 'ssm:GetParameterHistory'],
      resources: tokens,
    }),
  ];
}

/** Why the statements above name each of these, for cdk-nag. */
export function deploymentWildcards(scope: Construct): Wildcard[] {
  return [
    {
      resource: '*',
      reason: 'Describe calls of EC2 know no resource types; they only read.',
    },
    {
      resource: ec2Arn(scope, 'instance', '*'),
      reason: "Machines come and go, so their ids can't be known: only what carries the cluster's tag is terminated.",
    },
    {
      resource: publicParametersArn(scope),
      reason:
        "AWS's own public parameters, of which any group of a later spec may name another as the source of its image.",
    },
  ];
}

/** Parameters of the account itself that the spec names as the source of an image. */
function ownImageParameters(spec: ClusterSpec): string[] {
  const names = Object.values(spec.groups).flatMap(({ ami }) =>
    ami.source.kind === 'parameter' && !ami.source.name.startsWith('/aws/service/') ? [ami.source.name] : [],
  );
  return [...new Set(names)].sort();
}
