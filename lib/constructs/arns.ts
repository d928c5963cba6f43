import { Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { type DocumentKey, documentName, type SwarmRole, tokenParameterName } from '../names.ts';

/** ARN of something of EC2 in this account and Region, e.g. `('instance', '*')`. */
export function ec2Arn(scope: Construct, resource: string, name: string): string {
  return Stack.of(scope).formatArn({ service: 'ec2', resource, resourceName: name });
}

/** Images and public parameters belong to no account in their ARN, whoever owns them. */
export function imageArn(scope: Construct, imageId: string): string {
  return Stack.of(scope).formatArn({ service: 'ec2', account: '', resource: 'image', resourceName: imageId });
}

/** ARN of a parameter of this account; the leading slash of its name is the slash of the ARN. */
export function parameterArn(scope: Construct, name: string): string {
  return Stack.of(scope).formatArn({ service: 'ssm', resource: 'parameter', resourceName: name.replace(/^\//, '') });
}

/** ARN of AWS's public parameters under `/aws/service/`. */
export function publicParametersArn(scope: Construct): string {
  return Stack.of(scope).formatArn({
    service: 'ssm',
    account: '',
    resource: 'parameter',
    resourceName: 'aws/service/*',
  });
}

export function tokenArn(scope: Construct, cluster: string, role: SwarmRole): string {
  return parameterArn(scope, tokenParameterName(cluster, role));
}

export function documentArn(scope: Construct, cluster: string, key: DocumentKey): string {
  return Stack.of(scope).formatArn({ service: 'ssm', resource: 'document', resourceName: documentName(cluster, key) });
}
