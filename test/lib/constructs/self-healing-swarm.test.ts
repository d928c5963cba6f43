import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Duration, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { SelfHealingSwarm } from '../../../lib/constructs/self-healing-swarm.ts';
import type { SelfHealingSwarmProps } from '../../../lib/constructs/self-healing-swarm-props.ts';
import { covers, render, statementsOf } from './policy.ts';
import { declared, testApp } from './synth.ts';

function swarmIn(stack: Stack, props: Omit<SelfHealingSwarmProps, 'spec'> = {}): SelfHealingSwarm {
  return new SelfHealingSwarm(stack, 'Swarm', { spec: declared(), ...props });
}

const newStack = () => new Stack(testApp(), 'Shop');
const may = (template: Template, role: string) => statementsOf(template, role);

test('a key of one’s own: every volume is under it, the controller is told of it, and may use it through EC2 only', () => {
  const stack = newStack();
  const key = new Key(stack, 'Key');
  swarmIn(stack, { volumeKey: key });
  const template = Template.fromStack(stack);
  const arn = { 'Fn::GetAtt': [Match.stringLikeRegexp('^Key'), 'Arn'] };
  template.allResourcesProperties('AWS::EC2::Volume', { Encrypted: true, KmsKeyId: arn });
  template.hasResourceProperties('Custom::EverswarmDeployment', { Deployment: { volumeKeyArn: arn } });

  const statements = may(template, 'SwarmControllerReconcileRole').filter(({ actions }) =>
    actions.some((action) => action.startsWith('kms:')),
  );
  assert.equal(statements.length, 2);
  for (const { resources, conditions } of statements) {
    assert.match(resources.join(), /^\$\{Key\w+\.Arn\}$/);
    assert.match(render(Object(conditions).StringEquals['kms:ViaService'][0]), /^ec2\./);
  }
  const grants = statements.find(({ actions }) => actions.includes('kms:CreateGrant'));
  assert.deepEqual(grants?.actions, ['kms:CreateGrant']);
  assert.deepEqual(Object(grants?.conditions).Bool, { 'kms:GrantIsForAWSResource': 'true' });
});

test('without a key nothing is said of one', () => {
  const stack = newStack();
  swarmIn(stack);
  assert.doesNotMatch(JSON.stringify(Template.fromStack(stack).toJSON()), /kms:|KmsKeyId|volumeKeyArn/);
});

test('a permissions boundary bounds every role of the Swarm, and no other', () => {
  const stack = newStack();
  new iam.Role(stack, 'Foreign', { assumedBy: new iam.AccountRootPrincipal() });
  swarmIn(stack, { permissionsBoundary: iam.ManagedPolicy.fromManagedPolicyName(stack, 'Boundary', 'most') });
  const roles = Object.entries(Template.fromStack(stack).findResources('AWS::IAM::Role'));
  assert.ok(roles.length > 4);
  for (const [id, role] of roles) {
    const bound: unknown = role['Properties'].PermissionsBoundary;
    if (id.startsWith('Foreign')) assert.equal(bound, undefined);
    else assert.match(render(bound), /:policy\/most$/);
  }
});

test('grantOperate: table, reconciler and probes of this cluster, and neither a shell nor a launch', () => {
  const stack = newStack();
  const role = new iam.Role(stack, 'OnCall', { assumedBy: new iam.AccountRootPrincipal() });
  swarmIn(stack).grantOperate(role).assertSuccess();
  const statements = may(Template.fromStack(stack), 'OnCall');
  const actions = statements.flatMap((statement) => statement.actions);
  assert.ok(actions.includes('dynamodb:Query'));
  assert.ok(actions.includes('lambda:InvokeFunction'));
  for (const action of actions) assert.doesNotMatch(action, /\*|StartSession|RunInstances|Terminate|PassRole/);
  const local = (service: string, rest: string) =>
    `arn:\${AWS::Partition}:${service}:\${AWS::Region}:\${AWS::AccountId}:${rest}`;
  const allowed = (resource: string) => statements.filter((each) => covers(each, 'ssm:SendCommand', resource));
  assert.equal(allowed(local('ssm', 'document/everswarm-demo-probe')).length, 1);
  assert.equal(allowed(local('ssm', 'document/everswarm-demo-swarm-init')).length, 0);
  assert.deepEqual(
    allowed(local('ec2', 'instance/i-1')).map(({ conditions }) => conditions),
    [{ StringEquals: { 'ssm:resourceTag/everswarm:cluster': 'demo' } }],
  );
  const readable = (parameter: string) =>
    statements.filter((each) => covers(each, 'ssm:GetParameter', local('ssm', `parameter/${parameter}`))).length;
  assert.deepEqual(
    ['everswarm-clusters/demo', 'everswarm-clusters/other', 'everswarm/demo/join-token/manager'].map(readable),
    [1, 0, 0],
  );
});

test('the command line finds the cluster by its name: the table and the reconciler are in a parameter', () => {
  const stack = newStack();
  swarmIn(stack);
  const template = Template.fromStack(stack);
  template.hasResourceProperties('AWS::SSM::Parameter', { Name: '/everswarm-clusters/demo', Type: 'String' });
  const [parameter] = Object.values(template.findResources('AWS::SSM::Parameter'));
  const value = render(parameter?.['Properties'].Value);
  assert.match(
    value,
    /^\{"table":"\$\{SwarmStoreTable\w+\}","reconcileFunction":"\$\{SwarmControllerReconcileFunction\w+\}"\}$/,
  );
});

test('connections open a port of every machine', () => {
  const stack = newStack();
  const swarm = swarmIn(stack);
  const balancer = new ec2.SecurityGroup(stack, 'Balancer', { vpc: swarm.vpc });
  swarm.connections.allowFrom(balancer, ec2.Port.tcp(8080), 'Web');
  Template.fromStack(stack).hasResourceProperties('AWS::EC2::SecurityGroupIngress', {
    FromPort: 8080,
    GroupId: { 'Fn::GetAtt': [Match.stringLikeRegexp('^SwarmNetworkMembers'), 'GroupId'] },
    SourceSecurityGroupId: { 'Fn::GetAtt': [Match.stringLikeRegexp('^Balancer'), 'GroupId'] },
  });
});

test('the workers’ role takes grants of others', () => {
  const stack = newStack();
  new Bucket(stack, 'Assets').grantRead(swarmIn(stack).roleOf('swarm-worker'));
  const actions = may(Template.fromStack(stack), 'SwarmNodeRolesWorkerRole').flatMap(({ actions }) => actions);
  assert.ok(actions.includes('s3:GetObject*'));
});

test('metrics: of this cluster, each minute, as the options say', () => {
  const stack = newStack();
  const swarm = swarmIn(stack);
  const margin = swarm.metricQuorumMargin();
  assert.deepEqual(
    [margin.namespace, margin.metricName, margin.dimensions, margin.statistic],
    ['Everswarm', 'QuorumMargin', { Cluster: 'demo' }, 'Minimum'],
  );
  assert.equal(margin.period.toSeconds(), 60);
  const healthy = swarm.metricHealthyManagers({ period: Duration.minutes(5), statistic: 'Average' });
  assert.deepEqual([healthy.period.toMinutes(), healthy.statistic], [5, 'Average']);
});

test('join tokens are rotated as often as is said, in whole hours; by default it is left to the controller', () => {
  const stack = newStack();
  swarmIn(stack, { tokenRotation: Duration.days(7) });
  const deployed = Template.fromStack(stack);
  deployed.hasResourceProperties('Custom::EverswarmDeployment', { Deployment: { tokenRotationHours: 168 } });
  const other = newStack();
  swarmIn(other);
  assert.doesNotMatch(JSON.stringify(Template.fromStack(other).toJSON()), /tokenRotation/);
  for (const tokenRotation of [Duration.minutes(90), Duration.minutes(0)]) {
    assert.throws(() => swarmIn(newStack(), { tokenRotation }), { code: 'TokenRotation' });
  }
});
