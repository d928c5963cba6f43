import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';

export interface ServiceEndpointsProps {
  readonly vpc: ec2.IVpc;
  readonly subnets: readonly ec2.ISubnet[];
  /** Every machine is in it. */
  readonly members: ec2.ISecurityGroup;
  /** Also a way to Amazon S3 through the subnets' route tables. */
  readonly s3: boolean;
}

/**
 * What machines without a way out of their VPC need to be reached, and to join:
 *
 * - `ssm`: the agent's registration, and the join token from Parameter Store. Systems Manager decrypts it on its side: no
 *   endpoint of KMS is needed.
 * - `ssmmessages`: Run Command and Session Manager. Agents have needed `ec2messages` besides only before 3.3.40.0, and newer
 *   Regions don't have it (Systems Manager User Guide, "Reference: ec2messages, ssmmessages, and other API operations").
 * - `s3`: the package archives of Amazon Linux 2023, from which the boot script takes what an image lacks. Free of charge.
 */
export class ServiceEndpoints extends Construct {
  constructor(scope: Construct, id: string, props: ServiceEndpointsProps) {
    super(scope, id);
    const group = new ec2.SecurityGroup(this, 'Endpoints', {
      vpc: props.vpc,
      description: 'Endpoints of Systems Manager, reached by the machines of the Swarm',
      allowAllOutbound: false,
    });
    group.addIngressRule(props.members, ec2.Port.tcp(443), 'AWS APIs');
    const subnets = { subnets: [...props.subnets] };
    for (const [name, service] of [
      ['Ssm', ec2.InterfaceVpcEndpointAwsService.SSM],
      ['SsmMessages', ec2.InterfaceVpcEndpointAwsService.SSM_MESSAGES],
    ] as const) {
      new ec2.InterfaceVpcEndpoint(this, name, {
        vpc: props.vpc,
        service,
        subnets,
        securityGroups: [group],
        open: false,
      });
    }
    if (props.s3) {
      new ec2.GatewayVpcEndpoint(this, 'S3', {
        vpc: props.vpc,
        service: ec2.GatewayVpcEndpointAwsService.S3,
        subnets: [subnets],
      });
    }
  }
}
