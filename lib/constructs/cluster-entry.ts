import { Stack } from 'aws-cdk-lib';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';
import { clusterParameterName } from '../names.ts';

export interface ClusterEntryProps {
  readonly cluster: string;
  readonly tableName: string;
  readonly reconcileFunctionName: string;
}

/**
 * By which the command line finds a cluster from its name alone: one call, allowed for one parameter. The names of table and
 * function are generated, so that a replacement is possible; outputs of a stack would take knowing the stack, and the right to
 * read all of it.
 */
export class ClusterEntry extends Construct {
  constructor(scope: Construct, id: string, props: ClusterEntryProps) {
    super(scope, id);
    const { cluster, tableName: table, reconcileFunctionName: reconcileFunction } = props;
    new StringParameter(this, 'Parameter', {
      parameterName: clusterParameterName(cluster),
      description: `How the command line everswarm finds the Swarm "${cluster}"`,
      stringValue: Stack.of(this).toJsonString({ table, reconcileFunction }),
    });
  }
}
