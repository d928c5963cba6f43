import * as iam from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { DOCUMENTS, TAG } from '../names.ts';
import type { VolumeMark } from '../observe/observation.ts';
import type { Wildcard } from './acknowledge.ts';
import { documentArn, ec2Arn, imageArn } from './arns.ts';
import type { SwarmNetwork } from './network.ts';
import type { NodeRole } from './node-roles.ts';
import { volumeKeyStatements } from './volume-key-policy.ts';

export interface ControllerPolicyProps {
  readonly cluster: string;
  readonly network: SwarmNetwork;
  readonly launchTemplateArns: readonly string[];
  readonly nodeRoles: readonly NodeRole[];
  readonly tableArn: string;
  /** With which the volumes are encrypted; `undefined`: with the account's default key. */
  readonly volumeKey?: IKey | undefined;
}

/**
 * What the reconciler may do. Whatever it launches, attaches, terminates or runs is bound to the cluster's launch
 * templates, tag, documents and roles; it can read no parameter, so no join token either.
 *
 * No `kms` action is needed for encrypted volumes as long as the account's default key for EBS is AWS's own (`aws/ebs`), whose
 * policy serves everybody in the account through EC2. An account that made a key of its own the default gives that key
 * as `volumeKey`, or allows this role in the key's policy what `volumeKeyStatements` lists; instances end at once otherwise.
 * Resource types and condition keys: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
 */
export function controllerStatements(scope: Construct, props: ControllerPolicyProps): iam.PolicyStatement[] {
  return [
    ...launchStatements(scope, props),
    ...instanceStatements(scope, props.cluster),
    ...volumeStatements(scope, props.cluster),
    ...commandStatements(scope, props.cluster),
    observeStatement(),
    tableStatement(props.tableArn, 'dynamodb:ConditionCheckItem', 'dynamodb:DeleteItem'),
    ...(props.volumeKey === undefined ? [] : volumeKeyStatements(scope, props.volumeKey)),
  ];
}

/** Why the statements above name each of these, for cdk-nag; more about each is said beside its statement. */
export function controllerWildcards(scope: Construct): Wildcard[] {
  return [
    {
      resource: '*',
      reason:
        'EC2 Describe calls, agent listings and command results know no resource types: they can be allowed for everything or not at all. Nothing but reading is allowed so.',
    },
    {
      resource: ec2Arn(scope, 'instance', '*'),
      reason:
        "Machines come and go, so their ids can't be known: what is launched must carry the cluster's tag, and only what carries it is attached to, sent commands or terminated.",
    },
    {
      resource: ec2Arn(scope, 'volume', '*'),
      reason:
        "Root volumes come into being with their machines, through launch templates of the cluster, a state volume when one is lost, with the cluster's tag; others are reached only by that tag.",
    },
    {
      resource: ec2Arn(scope, 'network-interface', '*'),
      reason: "A worker's interface comes into being with it: held to the cluster's VPC and launch templates.",
    },
    {
      resource: ec2Arn(scope, 'launch-template', '*'),
      reason:
        'The condition on ec2:LaunchTemplate names each of them; their ARNs twice would take twenty groups to the limit of a policy.',
    },
    {
      resource: imageArn(scope, '*'),
      reason: 'Images are pinned when a spec is committed, after this policy was written.',
    },
  ];
}

/** `ec2:Describe*` knows no resources, only `*`; what is read is named all the same. */
function observeStatement(): iam.PolicyStatement {
  return new iam.PolicyStatement({
    sid: 'Observe',
    actions: ['ec2:DescribeInstances', 'ec2:DescribeNetworkInterfaces', 'ec2:DescribeVolumes'],
    resources: ['*'],
  });
}

/**
 * What everybody does with the table, and what this one does besides: only what writes under the lease checks its item, and
 * only the reconciler deletes items.
 */
export function tableStatement(tableArn: string, ...more: readonly string[]): iam.PolicyStatement {
  return new iam.PolicyStatement({
    sid: 'Remember',
    actions: [
      'dynamodb:BatchWriteItem',
      'dynamodb:GetItem',
      'dynamodb:PutItem',
      'dynamodb:Query',
      'dynamodb:UpdateItem',
      ...more,
    ],
    resources: [tableArn],
  });
}

export function terminateStatement(scope: Construct, cluster: string): iam.PolicyStatement {
  return new iam.PolicyStatement({
    sid: 'Terminate',
    actions: ['ec2:TerminateInstances'],
    resources: [ec2Arn(scope, 'instance', '*')],
    conditions: ownedBy(cluster),
  });
}

/**
 * Every resource of a RunInstances request is judged by itself; each is allowed only when the request names one of
 * the cluster's launch templates (`ec2:LaunchTemplate`), and is besides held to what EC2 lets be said of its type.
 */
function launchStatements(scope: Construct, props: ControllerPolicyProps): iam.PolicyStatement[] {
  const { cluster, network, launchTemplateArns, nodeRoles } = props;
  const throughTemplate = { ArnEquals: { 'ec2:LaunchTemplate': [...launchTemplateArns] } };
  const run = (sid: string, resources: string[], conditions: Record<string, Record<string, unknown>>) =>
    new iam.PolicyStatement({ sid, actions: ['ec2:RunInstances'], resources, conditions });
  return [
    run('LaunchTagged', [ec2Arn(scope, 'instance', '*')], {
      ...throughTemplate,
      StringEquals: { [`aws:RequestTag/${TAG.cluster}`]: cluster },
    }),
    // An interface of a pet is there already, that of cattle comes into being: what both have is the VPC.
    run('LaunchInVpc', [ec2Arn(scope, 'network-interface', '*')], {
      ArnEquals: { ...throughTemplate.ArnEquals, 'ec2:Vpc': network.vpc.vpcArn },
    }),
    run(
      'LaunchFrom',
      [
        // The condition says which: their ARNs once more would bring twenty groups to the limit of a policy's length.
        ec2Arn(scope, 'launch-template', '*'),
        ...network.subnets.map((subnet) => ec2Arn(scope, 'subnet', subnet.subnetId)),
        ...network.securityGroupIds('manager').map((group) => ec2Arn(scope, 'security-group', group)),
        // Root volumes get their tags from the launch template; that a condition on tags of the request sees those is
        // documented nowhere.
        ec2Arn(scope, 'volume', '*'),
        // Images are pinned when a spec is committed, after this policy was written: any may come.
        imageArn(scope, '*'),
      ],
      throughTemplate,
    ),
    new iam.PolicyStatement({
      sid: 'GiveNodeRoles',
      actions: ['iam:PassRole'],
      resources: nodeRoles.map(({ role }) => role.roleArn),
      // The second name is the service's in the China Regions.
      conditions: { StringEquals: { 'iam:PassedToService': ['ec2.amazonaws.com', 'ec2.amazonaws.com.cn'] } },
    }),
  ];
}

function instanceStatements(scope: Construct, cluster: string): iam.PolicyStatement[] {
  return [
    terminateStatement(scope, cluster),
    new iam.PolicyStatement({
      sid: 'Attach',
      actions: ['ec2:AttachVolume'],
      resources: ['instance', 'volume'].map((type) => ec2Arn(scope, type, '*')),
      conditions: ownedBy(cluster),
    }),
  ];
}

/**
 * A state volume is made anew when one is lost, encrypted and with the cluster's tag. Once it is there, or any machine, no tag
 * of it can be changed but one: a volume of the cluster can be marked as nobody's any more, and be somebody's again.
 */
function volumeStatements(scope: Construct, cluster: string): iam.PolicyStatement[] {
  const [instances, volumes] = [ec2Arn(scope, 'instance', '*'), ec2Arn(scope, 'volume', '*')];
  return [
    new iam.PolicyStatement({
      sid: 'MakeVolumes',
      actions: ['ec2:CreateVolume'],
      resources: [volumes],
      conditions: {
        StringEquals: { [`aws:RequestTag/${TAG.cluster}`]: cluster },
        Bool: { 'ec2:Encrypted': 'true' },
      },
    }),
    new iam.PolicyStatement({
      sid: 'TagWhatIsMade',
      actions: ['ec2:CreateTags'],
      resources: [instances, volumes],
      conditions: { StringEquals: { 'ec2:CreateAction': ['RunInstances', 'CreateVolume'] } },
    }),
    new iam.PolicyStatement({
      sid: 'MarkVolumes',
      actions: ['ec2:CreateTags'],
      resources: [volumes],
      conditions: {
        // The value as well: `ForAllValues` is also true of a request without any tag.
        StringEquals: {
          ...ownedBy(cluster).StringEquals,
          [`aws:RequestTag/${TAG.mark}`]: ['retired', 'stale'] satisfies VolumeMark[],
        },
        'ForAllValues:StringEquals': { 'aws:TagKeys': [TAG.mark] },
      },
    }),
    new iam.PolicyStatement({
      sid: 'UnmarkVolumes',
      actions: ['ec2:DeleteTags'],
      resources: [volumes],
      conditions: {
        StringEquals: {
          ...ownedBy(cluster).StringEquals,
          [`ec2:ResourceTag/${TAG.mark}`]: 'retired' satisfies VolumeMark,
        },
        'ForAllValues:StringEquals': { 'aws:TagKeys': [TAG.mark] },
        // EC2 takes a request that names no tag for all of them, and `ForAllValues` is true of it.
        Null: { 'aws:TagKeys': 'false' },
      },
    }),
  ];
}

/** SendCommand is judged twice, by document and by machine: both must be the cluster's. */
function commandStatements(scope: Construct, cluster: string): iam.PolicyStatement[] {
  return [
    new iam.PolicyStatement({
      sid: 'SendDocuments',
      actions: ['ssm:SendCommand'],
      resources: DOCUMENTS.map((key) => documentArn(scope, cluster, key)),
    }),
    new iam.PolicyStatement({
      sid: 'SendToMachines',
      actions: ['ssm:SendCommand'],
      resources: [ec2Arn(scope, 'instance', '*')],
      conditions: { StringEquals: { [`ssm:resourceTag/${TAG.cluster}`]: cluster } },
    }),
    // None of these knows resources that could be named: results are found by command id, agents by Region.
    new iam.PolicyStatement({
      sid: 'ReadResults',
      actions: ['ssm:DescribeInstanceInformation', 'ssm:GetCommandInvocation', 'ssm:ListCommandInvocations'],
      resources: ['*'],
    }),
  ];
}

function ownedBy(cluster: string): { readonly StringEquals: Readonly<Record<string, string>> } {
  return { StringEquals: { [`ec2:ResourceTag/${TAG.cluster}`]: cluster } };
}
