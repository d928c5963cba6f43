import assert from 'node:assert/strict';
import { test } from 'node:test';
import { covers, type Statement, statementsOf } from './policy.ts';
import { declared, templateOf } from './synth.ts';

const parameter = (name: string) => `arn:\${AWS::Partition}:ssm:\${AWS::Region}:\${AWS::AccountId}:parameter/${name}`;
const token = (role: string) => parameter(`everswarm/demo/join-token/${role}`);
const may = (statements: readonly Statement[], action: string, resource: string) =>
  statements.some((statement) => statement.effect === 'Allow' && covers(statement, action, resource));

const template = templateOf();
const manager = statementsOf(template, 'SwarmNodeRolesManagerRole');
const worker = statementsOf(template, 'SwarmNodeRolesWorkerRole');

test('one role and one instance profile for each swarm role, none from a managed policy', () => {
  template.resourceCountIs('AWS::IAM::InstanceProfile', 2);
  for (const role of Object.values(template.findResources('AWS::IAM::Role'))) {
    assert.equal(role['Properties'].ManagedPolicyArns, undefined);
  }
});

test('managers write and read both join tokens', () => {
  for (const role of ['manager', 'worker']) {
    assert.ok(may(manager, 'ssm:PutParameter', token(role)));
    assert.ok(may(manager, 'ssm:GetParameter', token(role)));
  }
});

test("workers read the workers' join token, and no other parameter", () => {
  assert.ok(may(worker, 'ssm:GetParameter', token('worker')));
  assert.ok(!may(worker, 'ssm:PutParameter', token('worker')));
  for (const action of [
    'ssm:GetParameter',
    'ssm:GetParameters',
    'ssm:GetParametersByPath',
    'ssm:GetParameterHistory',
  ]) {
    assert.ok(!may(worker, action, token('manager')), action);
    assert.ok(!may(worker, action, parameter('anything/else')), action);
  }
  assert.ok(!may(worker, 'ssm:GetParameter', token('worker').replace('/demo/', '/demo-2/')));
});

test('the agent may do what Run Command and Session Manager need, and the role no more than that', () => {
  const expected = [
    'ec2messages:AcknowledgeMessage',
    'ec2messages:DeleteMessage',
    'ec2messages:FailMessage',
    'ec2messages:GetEndpoint',
    'ec2messages:GetMessages',
    'ec2messages:SendReply',
    'ssm:GetParameter',
    'ssm:UpdateInstanceInformation',
    'ssmmessages:CreateControlChannel',
    'ssmmessages:CreateDataChannel',
    'ssmmessages:OpenControlChannel',
    'ssmmessages:OpenDataChannel',
  ];
  assert.deepEqual(worker.flatMap((statement) => statement.actions).sort(), expected);
  assert.deepEqual(manager.flatMap((statement) => statement.actions).sort(), [...expected, 'ssm:PutParameter'].sort());
});

test('a vanilla group has a role of its own, with no token at all', () => {
  const spec = declared(`
cluster: demo
network: { cidr: 10.42.0.0/16 }
groups:
  managers: { flavor: swarm-manager, allocation: { logicalIds: [10.42.0.10, 10.42.1.10, 10.42.2.10] } }
  bastions: { flavor: vanilla, allocation: { size: 1 } }
`);
  const vanilla = statementsOf(templateOf({ spec }), 'SwarmNodeRolesVanillaRole');
  assert.ok(may(vanilla, 'ssmmessages:OpenDataChannel', '*'));
  assert.ok(!may(vanilla, 'ssm:GetParameter', token('worker')));
});
