import { cdkMetadata } from './cdk-metadata.ts';
import { alarm } from './cloudwatch/alarm.ts';
import { dashboard } from './cloudwatch/dashboard.ts';
import { customResource } from './custom-resource.ts';
import { globalTable, table } from './dynamodb.ts';
import { elasticIp, elasticIpAssociation } from './ec2/elastic-ip.ts';
import { internetGateway, vpcGatewayAttachment } from './ec2/internet-gateway.ts';
import { launchTemplate } from './ec2/launch-template.ts';
import { networkInterface } from './ec2/network-interface.ts';
import { route, routeTable, subnetRouteTableAssociation } from './ec2/routes.ts';
import { securityGroup } from './ec2/security-group.ts';
import { securityGroupEgress, securityGroupIngress } from './ec2/security-group-rule.ts';
import { subnet } from './ec2/subnet.ts';
import { volume } from './ec2/volume.ts';
import { vpc } from './ec2/vpc.ts';
import { repository } from './ecr.ts';
import { eventsRule } from './events-rule.ts';
import type { ResourceHandler } from './handler.ts';
import { instanceProfile } from './iam/instance-profile.ts';
import { policy } from './iam/policy.ts';
import { role } from './iam/role.ts';
import { eventInvokeConfig } from './lambda/event-invoke-config.ts';
import { lambdaFunction } from './lambda/function.ts';
import { permission } from './lambda/permission.ts';
import { logGroup } from './log-group.ts';
import { bucket, bucketPolicy } from './s3.ts';
import { topic, topicPolicy } from './sns.ts';
import { queue, queuePolicy } from './sqs.ts';
import { ssmDocument, ssmParameter } from './ssm.ts';

/** A new type is one `defineResource` in the file of its family, and a line here. */
const HANDLERS: ReadonlyMap<string, ResourceHandler> = new Map(
  [
    alarm,
    bucket,
    bucketPolicy,
    cdkMetadata,
    customResource,
    dashboard,
    elasticIp,
    elasticIpAssociation,
    eventInvokeConfig,
    eventsRule,
    globalTable,
    instanceProfile,
    internetGateway,
    lambdaFunction,
    launchTemplate,
    logGroup,
    networkInterface,
    permission,
    policy,
    queue,
    queuePolicy,
    repository,
    role,
    route,
    routeTable,
    securityGroup,
    securityGroupEgress,
    securityGroupIngress,
    ssmDocument,
    ssmParameter,
    subnet,
    subnetRouteTableAssociation,
    table,
    topic,
    topicPolicy,
    volume,
    vpc,
    vpcGatewayAttachment,
  ].map((handler) => [handler.type, handler]),
);

/** Every resource type that the lab can provision. */
export const RESOURCE_TYPES: readonly string[] = [...HANDLERS.keys(), 'Custom::*'];

/** `undefined` for a type that the lab does not know. */
export function handlerOf(type: string): ResourceHandler | undefined {
  return type.startsWith('Custom::') ? customResource : HANDLERS.get(type);
}
