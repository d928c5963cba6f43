import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Match } from 'aws-cdk-lib/assertions';
import { covers, statementsOf } from './policy.ts';
import { declared, templateOf } from './synth.ts';

const RESOURCE = 'Custom::EverswarmDeployment';
const template = templateOf();
const token = (role: string, cluster = 'demo') =>
  `arn:\${AWS::Partition}:ssm:\${AWS::Region}:\${AWS::AccountId}:parameter/everswarm/${cluster}/join-token/${role}`;

test('the function answers CloudFormation itself, and is told of the table and the reconciler', () => {
  template.hasResourceProperties(RESOURCE, {
    ServiceToken: { 'Fn::GetAtt': [Match.stringLikeRegexp('^SwarmDeploymentHandlerFunction'), 'Arn'] },
  });
  template.hasResourceProperties('AWS::Lambda::Function', {
    Timeout: 900,
    Environment: {
      Variables: Match.objectLike({
        EVERSWARM_CLUSTER: 'demo',
        EVERSWARM_TABLE: { Ref: Match.stringLikeRegexp('^SwarmStoreTable') },
        EVERSWARM_RECONCILE_FUNCTION: { Ref: Match.stringLikeRegexp('^SwarmControllerReconcileFunction') },
      }),
    },
  });
});

test('it is given the spec as text, and the launch templates and subnets as deployed', () => {
  const [resource] = Object.values(template.findResources(RESOURCE));
  const { Cluster, Spec, Deployment } = resource?.['Properties'] ?? {};
  assert.equal(Cluster, 'demo');
  assert.deepEqual(JSON.parse(Spec), declared());
  assert.deepEqual(Object.keys(Deployment.launchTemplates), ['managers', 'workers']);
  for (const { id, version } of Object.values<{ id: { Ref: string }; version: unknown }>(Deployment.launchTemplates)) {
    assert.deepEqual(version, { 'Fn::GetAtt': [id.Ref, 'LatestVersionNumber'] });
  }
  assert.deepEqual(
    Deployment.subnets.map((subnet: { cidr: string }) => subnet.cidr),
    ['10.42.0.0/24', '10.42.1.0/24', '10.42.2.0/24'],
  );
});

/** What only looks on, of which no machine and no function has need. */
const WATCHING = /^AWS::(CloudWatch|SNS)::/;

test('it comes after every other resource, and goes before them, but for what only looks on', () => {
  const [resource] = Object.values(template.findResources(RESOURCE));
  const needed: unknown[] = resource?.['DependsOn'];
  const others = Object.entries<{ Type: string }>(template.toJSON()['Resources'])
    .filter(([, { Type }]) => Type !== RESOURCE && !WATCHING.test(Type))
    .map(([id]) => id);
  assert.deepEqual(
    others.filter((id) => !needed.includes(id)),
    [],
  );
});

test('CloudFormation is not kept waiting for an hour by a function that can’t answer', () => {
  template.hasResourceProperties(RESOURCE, { ServiceTimeout: '2100' });
});

test('it finds images, wakes the reconciler, terminates by tag and deletes the join tokens', () => {
  const statements = statementsOf(template, 'SwarmDeploymentHandlerRole');
  const actionsOf = (sid: string) => statements.find((statement) => statement.sid === sid);
  assert.deepEqual(actionsOf('FindImages')?.resources, [
    `arn:\${AWS::Partition}:ssm:\${AWS::Region}::parameter/aws/service/*`,
  ]);
  assert.match(String(actionsOf('Wake')?.resources), /^\$\{SwarmControllerReconcileFunction\w+\.Arn\}$/);
  assert.deepEqual(actionsOf('Terminate')?.conditions, {
    StringEquals: { 'ec2:ResourceTag/everswarm:cluster': 'demo' },
  });
  assert.deepEqual(actionsOf('DeleteTokens')?.resources, [token('manager'), token('worker')]);
  const elsewhere = statements.filter((statement) => statement.resources.includes('*'));
  for (const action of elsewhere.flatMap((statement) => statement.actions)) assert.match(action, /^ec2:Describe/);
});

test('an image parameter of the account’s own can be read, a join token not even when it is named as one', () => {
  const spec = declared(`
cluster: demo
network: { cidr: 10.42.0.0/16 }
groups:
  managers:
    flavor: swarm-manager
    allocation: { logicalIds: [10.42.0.10, 10.42.1.10, 10.42.2.10] }
    ami: { parameter: /golden/ami, docker: preinstalled }
  workers:
    flavor: swarm-worker
    allocation: { size: 1 }
    ami: { parameter: /everswarm/demo/join-token/manager, docker: preinstalled }
`);
  const statements = statementsOf(templateOf({ spec }), 'SwarmDeploymentHandlerRole');
  const judged = (resource: string) => {
    const effects = statements
      .filter((statement) => covers(statement, 'ssm:GetParameter', resource))
      .map((statement) => statement.effect);
    return effects.length > 0 && effects.every((effect) => effect === 'Allow');
  };
  assert.equal(judged(token('manager').replace('everswarm/demo/join-token/manager', 'golden/ami')), true);
  assert.equal(judged(token('manager')), false);
});
