/**
 * The condition keys whose values the lab knows. A policy with any other is not judged at all: taking a key for absent
 * would turn conditions such as `StringNotEquals` round.
 */
const KEYS: ReadonlySet<string> = new Set(
  [
    'aws:CurrentTime',
    'aws:PrincipalAccount',
    'aws:PrincipalArn',
    'aws:PrincipalType',
    'aws:RequestedRegion',
    'aws:RequestTag',
    'aws:ResourceTag',
    'aws:SecureTransport',
    'aws:TagKeys',
    'ec2:AvailabilityZone',
    'ec2:CreateAction',
    'ec2:Encrypted',
    'ec2:InstanceID',
    'ec2:InstanceProfile',
    'ec2:InstanceType',
    'ec2:LaunchTemplate',
    'ec2:MetadataHttpPutResponseHopLimit',
    'ec2:MetadataHttpTokens',
    'ec2:NetworkInterfaceID',
    'ec2:ResourceTag',
    'ec2:RootDeviceType',
    'ec2:SecurityGroupID',
    'ec2:SourceInstanceARN',
    'ec2:Subnet',
    'ec2:SubnetID',
    'ec2:Tenancy',
    'ec2:VolumeID',
    'ec2:VolumeSize',
    'ec2:VolumeType',
    'ec2:Vpc',
    'iam:AssociatedResourceArn',
    'iam:PassedToService',
    'ssm:Overwrite',
    'ssm:resourceTag',
  ].map((key) => key.toLowerCase()),
);

/** A policy hangs on something that the lab can't tell. */
export class UnknownConditionKeyError extends Error {
  readonly code = 'UnknownConditionKey';
  constructor(keys: readonly string[], policy: string) {
    super(
      `policy ${policy} has conditions on ${keys.join(', ')}, which the lab has no values for; teach them to the files of lab/region/permissions and add them to condition-keys.ts`,
    );
    this.name = 'UnknownConditionKeyError';
  }
}

/** Tag keys are known whatever the tag. */
export function isKnownKey(key: string): boolean {
  return KEYS.has((key.split('/')[0] ?? '').toLowerCase());
}
