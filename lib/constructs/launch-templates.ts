import { CfnLaunchTemplate } from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';
import { TAG } from '../names.ts';
import type { ClusterSpec, Deployment, GroupSpec } from '../spec/spec.ts';
import { ec2Arn } from './arns.ts';
import type { SwarmNetwork } from './network.ts';
import type { NodeRoles } from './node-roles.ts';

export interface LaunchTemplatesProps {
  readonly spec: ClusterSpec;
  readonly network: SwarmNetwork;
  readonly roles: NodeRoles;
}

/**
 * One launch template for each group: what must hold for every launch, whatever the controller asks for. Image,
 * instance type, user data and placement come with the request; the image was pinned when the spec was committed.
 */
export class LaunchTemplates extends Construct {
  private readonly templates: ReadonlyMap<string, CfnLaunchTemplate>;

  constructor(scope: Construct, id: string, props: LaunchTemplatesProps) {
    super(scope, id);
    this.templates = new Map(
      Object.entries(props.spec.groups).map(([name, group]) => [name, this.define(name, group, props)]),
    );
  }

  /** As the controller is told of them: ids and newest versions by group, resolved at deployment. */
  references(): Deployment['launchTemplates'] {
    return Object.fromEntries(
      [...this.templates].map(([group, template]) => [
        group,
        { id: template.ref, version: template.attrLatestVersionNumber },
      ]),
    );
  }

  arns(): string[] {
    return [...this.templates.values()].map((template) => ec2Arn(this, 'launch-template', template.ref));
  }

  private define(name: string, group: GroupSpec, props: LaunchTemplatesProps): CfnLaunchTemplate {
    const tags = [
      { key: TAG.cluster, value: props.spec.cluster },
      { key: TAG.group, value: name },
    ];
    return new CfnLaunchTemplate(this, name, {
      launchTemplateData: {
        iamInstanceProfile: { arn: props.roles.of(group.flavor).profile.attrArn },
        metadataOptions: {
          httpEndpoint: 'enabled',
          httpTokens: 'required',
          // One hop ends at the host: a container on a bridge or overlay network can't take the node's role, with
          // which it could read a join token. Those on the host's network still can.
          httpPutResponseHopLimit: 1,
        },
        ...securityGroups(group, props.network),
        tagSpecifications: ['instance', 'volume'].map((resourceType) => ({ resourceType, tags })),
      },
      tagSpecifications: [{ resourceType: 'launch-template', tags }],
    });
  }
}

/**
 * Cattle get their security group here. Pets don't: their requests name an existing interface, which carries its own
 * groups, and EC2 refuses such a request together with groups of the instance, also when they come from a template
 * (RunInstances, InvalidParameterCombination).
 */
function securityGroups(group: GroupSpec, network: SwarmNetwork): { securityGroupIds?: string[] } {
  switch (group.allocation.kind) {
    case 'logicalIds':
      return {};
    case 'size':
      return { securityGroupIds: network.securityGroupIds('other') };
  }
}
