import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { SwarmRole } from '../names.ts';
import type { ClusterSpec, FlavorName } from '../spec/spec.ts';
import { acknowledgeWildcards } from './acknowledge.ts';
import { tokenArn } from './arns.ts';

/** A role and the instance profile that carries it. */
export interface NodeRole {
  readonly role: iam.Role;
  readonly profile: iam.CfnInstanceProfile;
}

export interface NodeRolesProps {
  readonly spec: ClusterSpec;
}

/**
 * What the machines themselves may do: one role for each flavor in use. The managed policy
 * AmazonSSMManagedInstanceCore is not used: it allows ssm:GetParameter on every parameter of the account, and so
 * would let a worker read the managers' join token.
 */
export class NodeRoles extends Construct {
  private readonly roles: ReadonlyMap<FlavorName, NodeRole>;

  constructor(scope: Construct, id: string, props: NodeRolesProps) {
    super(scope, id);
    const flavors = new Set(Object.values(props.spec.groups).map((group) => group.flavor));
    this.roles = new Map([...flavors].sort().map((flavor) => [flavor, this.define(props.spec.cluster, flavor)]));
  }

  /** @throws Error when no group of the spec has the flavor */
  of(flavor: FlavorName): NodeRole {
    const found = this.roles.get(flavor);
    if (found === undefined) {
      throw new Error(`no node role for flavor "${flavor}"; there are: ${[...this.roles.keys()].join(', ')}`);
    }
    return found;
  }

  all(): readonly NodeRole[] {
    return [...this.roles.values()];
  }

  private define(cluster: string, flavor: FlavorName): NodeRole {
    const name = CONSTRUCT_IDS[flavor];
    const role = new iam.Role(this, `${name}Role`, {
      assumedBy: new iam.ServicePrincipal('ec2.amazonaws.com'),
      description: `Machines of flavor ${flavor} in the Swarm "${cluster}"`,
      inlinePolicies: {
        agent: new iam.PolicyDocument({ statements: [agentStatement()] }),
        ...this.tokenPolicy(cluster, flavor),
      },
    });
    acknowledgeWildcards(role, [
      {
        resource: '*',
        reason:
          "The agent's calls to Systems Manager's message services know no resource types; EC2 itself tells the service which machine calls.",
      },
    ]);
    const profile = new iam.CfnInstanceProfile(this, `${name}Profile`, { roles: [role.roleName] });
    return { role, profile };
  }

  private tokenPolicy(cluster: string, flavor: FlavorName): Record<string, iam.PolicyDocument> {
    const tokens = (...roles: SwarmRole[]) => roles.map((role) => tokenArn(this, cluster, role));
    const allow = (actions: string[], resources: string[]) => ({
      tokens: new iam.PolicyDocument({ statements: [new iam.PolicyStatement({ actions, resources })] }),
    });
    // The parameters are encrypted with the AWS managed key of Systems Manager, whose own policy lets every
    // principal of the account use it through the service: no kms action is needed.
    switch (flavor) {
      case 'swarm-manager':
        return allow(['ssm:GetParameter', 'ssm:PutParameter'], tokens('manager', 'worker'));
      case 'swarm-worker':
        return allow(['ssm:GetParameter'], tokens('worker'));
      case 'vanilla':
        return {};
    }
  }
}

const CONSTRUCT_IDS: Readonly<Record<FlavorName, string>> = {
  'swarm-manager': 'Manager',
  'swarm-worker': 'Worker',
  vanilla: 'Vanilla',
};

/**
 * What the Systems Manager agent needs for Run Command and Session Manager, and nothing for its other features
 * (inventory, patches, associations). The list is the part of AmazonSSMManagedInstanceCore that
 * https://docs.aws.amazon.com/systems-manager/latest/userguide/getting-started-create-iam-instance-profile.html and
 * https://docs.aws.amazon.com/systems-manager/latest/userguide/systems-manager-setting-up-messageAPIs.html name for
 * them; agents before 3.3.40 fetch commands over ec2messages. None of the messages actions knows resources.
 */
function agentStatement(): iam.PolicyStatement {
  return new iam.PolicyStatement({
    actions: [
      'ssm:UpdateInstanceInformation',
      'ssmmessages:CreateControlChannel',
      'ssmmessages:CreateDataChannel',
      'ssmmessages:OpenControlChannel',
      'ssmmessages:OpenDataChannel',
      'ec2messages:AcknowledgeMessage',
      'ec2messages:DeleteMessage',
      'ec2messages:FailMessage',
      'ec2messages:GetEndpoint',
      'ec2messages:GetMessages',
      'ec2messages:SendReply',
    ],
    resources: ['*'],
  });
}
