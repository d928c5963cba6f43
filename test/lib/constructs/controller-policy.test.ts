import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DOCUMENTS, documentName } from '../../../lib/names.ts';
import { covers, render, type Statement, statementsOf } from './policy.ts';
import { declared, templateOf } from './synth.ts';

const template = templateOf();
const statements = statementsOf(template, 'SwarmControllerReconcileRole');
const allowing = (action: string) => statements.filter((statement) => statement.actions.includes(action));
const conditionsOf = (action: string): unknown[] => allowing(action).map((statement) => statement.conditions);
const local = (service: string, rest: string) =>
  `arn:\${AWS::Partition}:${service}:\${AWS::Region}:\${AWS::AccountId}:${rest}`;
const allowed = (from: readonly Statement[], action: string, resource: string) =>
  from.some((statement) => covers(statement, action, resource));

test('every launch goes through a launch template of the cluster', () => {
  const templates = Object.keys(template.findResources('AWS::EC2::LaunchTemplate')).map((id) =>
    local('ec2', `launch-template/\${${id}}`),
  );
  const launches = allowing('ec2:RunInstances');
  assert.ok(launches.length > 0);
  for (const { conditions } of launches) {
    const arns: unknown = Object(conditions).ArnEquals['ec2:LaunchTemplate'];
    assert.ok(Array.isArray(arns));
    assert.deepEqual(arns.map(render).sort(), [...templates].sort());
  }
});

test('an instance is launched only with the cluster’s tag in the same request', () => {
  const covering = allowing('ec2:RunInstances').filter((statement) =>
    covers(statement, 'ec2:RunInstances', local('ec2', 'instance/*')),
  );
  assert.equal(covering.length, 1);
  assert.deepEqual(Object(covering[0]?.conditions).StringEquals, { 'aws:RequestTag/everswarm:cluster': 'demo' });
});

test('a volume is made only encrypted and with the cluster’s tag in the same request', () => {
  const [made, ...others] = allowing('ec2:CreateVolume');
  assert.equal(others.length, 0);
  assert.deepEqual(made?.resources, [local('ec2', 'volume/*')]);
  assert.deepEqual(made.conditions, {
    StringEquals: { 'aws:RequestTag/everswarm:cluster': 'demo' },
    Bool: { 'ec2:Encrypted': 'true' },
  });
});

test('tags are given to what is being made; of what is there, only a volume of the cluster, and only its mark', () => {
  const [made, mark, ...others] = allowing('ec2:CreateTags');
  assert.equal(others.length, 0);
  assert.deepEqual(made?.resources, [local('ec2', 'instance/*'), local('ec2', 'volume/*')]);
  assert.deepEqual(made.conditions, { StringEquals: { 'ec2:CreateAction': ['RunInstances', 'CreateVolume'] } });
  assert.deepEqual(mark?.resources, [local('ec2', 'volume/*')]);
  assert.deepEqual(mark.conditions, {
    StringEquals: {
      'ec2:ResourceTag/everswarm:cluster': 'demo',
      'aws:RequestTag/everswarm:mark': ['retired', 'stale'],
    },
    'ForAllValues:StringEquals': { 'aws:TagKeys': ['everswarm:mark'] },
  });
  const [unmark, ...more] = allowing('ec2:DeleteTags');
  assert.equal(more.length, 0);
  assert.deepEqual(unmark?.resources, [local('ec2', 'volume/*')]);
  assert.deepEqual(unmark.conditions, {
    StringEquals: { 'ec2:ResourceTag/everswarm:cluster': 'demo', 'ec2:ResourceTag/everswarm:mark': 'retired' },
    'ForAllValues:StringEquals': { 'aws:TagKeys': ['everswarm:mark'] },
    Null: { 'aws:TagKeys': 'false' },
  });
  assert.deepEqual(allowing('ec2:DeleteVolume'), []);
});

test('launches go into the cluster’s own subnets and security groups, with interfaces of its VPC', () => {
  const launches = allowing('ec2:RunInstances');
  for (const foreign of ['subnet/subnet-1', 'security-group/sg-1', 'key-pair/mine', 'snapshot/snap-1']) {
    assert.ok(!allowed(launches, 'ec2:RunInstances', local('ec2', foreign)), foreign);
  }
  for (const id of Object.keys(template.findResources('AWS::EC2::Subnet'))) {
    assert.ok(allowed(launches, 'ec2:RunInstances', local('ec2', `subnet/\${${id}}`)));
  }
  const [interfaces] = launches.filter((statement) =>
    covers(statement, 'ec2:RunInstances', local('ec2', 'network-interface/eni-1')),
  );
  assert.match(render(Object(interfaces?.conditions).ArnEquals['ec2:Vpc']), /:vpc\/\$\{SwarmNetworkVpc\w+\}$/);
});

test('instances are terminated, and volumes attached, only with the cluster’s tag', () => {
  const tagged = { StringEquals: { 'ec2:ResourceTag/everswarm:cluster': 'demo' } };
  assert.deepEqual(conditionsOf('ec2:TerminateInstances'), [tagged]);
  assert.deepEqual(conditionsOf('ec2:AttachVolume'), [tagged]);
});

test('commands: the cluster’s documents, on machines with its tag', () => {
  const sends = allowing('ssm:SendCommand');
  assert.equal(sends.length, 2);
  for (const key of DOCUMENTS) {
    assert.ok(allowed(sends, 'ssm:SendCommand', local('ssm', `document/${documentName('demo', key)}`)));
  }
  assert.ok(!allowed(sends, 'ssm:SendCommand', local('ssm', 'document/everswarm-demo-2-probe')));
  assert.ok(
    !allowed(sends, 'ssm:SendCommand', `arn:\${AWS::Partition}:ssm:\${AWS::Region}::document/AWS-RunShellScript`),
  );
  const machines = sends.filter((statement) => covers(statement, 'ssm:SendCommand', local('ec2', 'instance/i-1')));
  assert.deepEqual(
    machines.map((statement) => statement.conditions),
    [{ StringEquals: { 'ssm:resourceTag/everswarm:cluster': 'demo' } }],
  );
});

test('only the node roles are passed on, and only to EC2', () => {
  const [pass, ...others] = allowing('iam:PassRole');
  assert.equal(others.length, 0);
  assert.deepEqual(
    pass?.resources.map((arn) => /^\$\{SwarmNodeRoles(\w+?)Role\w*\.Arn\}$/.exec(arn)?.[1]),
    ['Manager', 'Worker'],
  );
  assert.deepEqual(pass?.conditions, {
    StringEquals: { 'iam:PassedToService': ['ec2.amazonaws.com', 'ec2.amazonaws.com.cn'] },
  });
});

test('the one table, its own log group, its own failure queue', () => {
  for (const [service, resource] of [
    ['dynamodb', 'SwarmStoreTable'],
    ['logs', 'SwarmControllerReconcileLogs'],
    ['sqs', 'SwarmControllerFailures'],
  ] as const) {
    const touching = statements.filter((statement) =>
      statement.actions.some((action) => action.startsWith(`${service}:`)),
    );
    assert.ok(touching.length > 0);
    for (const { resources } of touching) {
      assert.equal(resources.length, 1);
      assert.match(String(resources[0]), new RegExp(`^\\$\\{${resource}\\w+\\.Arn\\}$`));
    }
  }
});

test('`*` is the resource of readings only', () => {
  const everywhere = statements.filter((statement) => statement.resources.includes('*'));
  for (const action of everywhere.flatMap((statement) => statement.actions)) {
    assert.match(action, /^(ec2:Describe|ssm:(Describe|Get|List))/);
  }
  assert.equal(allowed(statements, 'ssm:GetParameter', local('ssm', 'parameter/x')), false);
});

test('twenty groups in a cluster of the longest name still fit into one inline policy', () => {
  const name = 'a23456789-123456789-123456789x';
  const workers = Array.from({ length: 19 }, (_, index) => {
    return `  group-${index}: { flavor: swarm-worker, allocation: { size: 1 } }`;
  });
  const spec = declared(
    `cluster: ${name}
network: { cidr: 10.42.0.0/16 }
groups:
  managers: { flavor: swarm-manager, allocation: { logicalIds: [10.42.0.10, 10.42.1.10, 10.42.2.10] } }
${workers.join('\n')}
`,
  );
  const largest = statementsOf(templateOf({ spec }), 'SwarmControllerReconcileRole').map((statement) => ({
    Sid: statement.sid,
    Effect: statement.effect,
    Action: statement.actions,
    Resource: statement.resources,
    Condition: conditionText(statement.conditions),
  }));
  // As deployed: the longest partition, Region and ids that AWS has, in the place of what stands for them.
  const deployed = JSON.stringify(largest)
    .replaceAll(`\${AWS::Partition}`, 'aws-us-gov')
    .replaceAll(`\${AWS::Region}`, 'ap-southeast-1')
    .replaceAll(`\${AWS::AccountId}`, '123456789012')
    .replace(/(launch-template|subnet|security-group|vpc)\/\$\{[^}]+\}/g, '$1/lt-0123456789abcdef0')
    .replace(/\$\{[^}]+\}/g, 'x'.repeat(140));
  // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html: 10,240 characters without white space.
  assert.ok(deployed.length < 10_240, `${deployed.length} characters`);
});

function conditionText(conditions: unknown): unknown {
  return JSON.parse(
    JSON.stringify(conditions ?? null, (_, value) =>
      Array.isArray(value) && value.every((each) => typeof each === 'object') ? value.map(render) : value,
    ),
  );
}
