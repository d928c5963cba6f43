import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';

/**
 * What whoever launches machines and attaches volumes needs of a customer managed key, always through EC2 and never by itself. The
 * list is that of https://docs.aws.amazon.com/ebs/latest/userguide/ebs-encryption-requirements.html, with both halves of
 * `kms:ReEncrypt*` named; grants only on behalf of an AWS service, as advised there. Without them a machine ends right after its
 * launch (`Client.InternalError`, "Client error on launch").
 *
 * The key's own policy has to leave it to IAM who may use it, as that of a key made in the console or by the CDK does.
 */
export function volumeKeyStatements(scope: Construct, key: IKey): iam.PolicyStatement[] {
  const { region } = Stack.of(scope);
  // The second name is the service's in the China Regions.
  const throughEc2 = { 'kms:ViaService': [`ec2.${region}.amazonaws.com`, `ec2.${region}.amazonaws.com.cn`] };
  return [
    new iam.PolicyStatement({
      sid: 'EncryptVolumes',
      actions: [
        'kms:Decrypt',
        'kms:DescribeKey',
        'kms:GenerateDataKeyWithoutPlaintext',
        'kms:ReEncryptFrom',
        'kms:ReEncryptTo',
      ],
      resources: [key.keyArn],
      conditions: { StringEquals: throughEc2 },
    }),
    new iam.PolicyStatement({
      sid: 'LendKeyToEc2',
      actions: ['kms:CreateGrant'],
      resources: [key.keyArn],
      conditions: { StringEquals: throughEc2, Bool: { 'kms:GrantIsForAWSResource': 'true' } },
    }),
  ];
}
