import assert from 'node:assert/strict';
import { test } from 'node:test';
import { drawUp } from '../../../lab/cloudformation/stack/blueprint.ts';
import { parseTemplate } from '../../../lab/cloudformation/template/template.ts';
import { DOCUMENTS, documentName } from '../../../lib/names.ts';
import { covers, readStatement, statementsOf } from './policy.ts';
import { declared, templateOf } from './synth.ts';

interface Resource {
  readonly Type: string;
  readonly Properties?: Record<string, unknown>;
}

const template = templateOf();
const resources: Record<string, Resource> = template.toJSON()['Resources'];

test('the same spec gives the same template', () => {
  assert.deepEqual(templateOf().toJSON(), template.toJSON());
});

test('the lab can make it: every type, property and function known, nothing dangling, no circle', () => {
  const blueprint = drawUp(parseTemplate(template.toJSON()), new Map());
  assert.equal(blueprint.resources.size, Object.keys(resources).length);
});

test('whatever can be tagged carries the cluster’s tag', () => {
  const untaggable = new Set([
    'AWS::EC2::EIPAssociation',
    'AWS::EC2::LaunchTemplate',
    'AWS::EC2::Route',
    'AWS::EC2::SecurityGroupIngress',
    'AWS::EC2::SubnetRouteTableAssociation',
    'AWS::EC2::VPCGatewayAttachment',
    'AWS::IAM::InstanceProfile',
    'AWS::IAM::Policy',
    'AWS::Lambda::EventInvokeConfig',
    'AWS::Lambda::Permission',
    'AWS::SNS::TopicPolicy',
    'AWS::SQS::QueuePolicy',
    'Custom::EverswarmDeployment',
  ]);
  for (const [id, { Type, Properties }] of Object.entries(resources)) {
    if (untaggable.has(Type)) continue;
    const tags: unknown = Properties?.['Tags'];
    // A parameter's tags are a map, those of all others a list.
    const own = Array.isArray(tags)
      ? tags.find((tag) => tag.Key === 'everswarm:cluster')?.Value
      : Object(tags)['everswarm:cluster'];
    assert.equal(own, 'demo', `${id} (${Type})`);
  }
});

test('no statement allows every action, of AWS or of a service', () => {
  const allows = policyStatements(template.toJSON()).filter((statement) => statement.effect === 'Allow');
  assert.ok(allows.length > 20);
  for (const { actions } of allows) {
    for (const action of actions) assert.match(action, /^[a-z0-9]+:\w+$/);
  }
});

test('no Lambda role may read a join token, nor a worker that of the managers', () => {
  const token = (role: string) =>
    `arn:\${AWS::Partition}:ssm:\${AWS::Region}:\${AWS::AccountId}:parameter/everswarm/demo/join-token/${role}`;
  const reads = ['ssm:GetParameter', 'ssm:GetParameters', 'ssm:GetParametersByPath', 'ssm:GetParameterHistory'];
  for (const [role, tokens] of [
    ['SwarmControllerReconcileRole', ['manager', 'worker']],
    ['SwarmDeploymentHandlerRole', ['manager', 'worker']],
    ['SwarmNodeRolesWorkerRole', ['manager']],
  ] as const) {
    const allows = statementsOf(template, role).filter((statement) => statement.effect === 'Allow');
    assert.ok(allows.length > 0);
    for (const action of reads) {
      for (const name of tokens) {
        assert.ok(!allows.some((statement) => covers(statement, action, token(name))), `${role} ${action} ${name}`);
      }
    }
  }
});

test('the documents have the names by which the controller finds them, and are renewed under them', () => {
  const documents = Object.values(template.findResources('AWS::SSM::Document')).map((each) => each['Properties']);
  assert.deepEqual(
    documents.map((document) => document.Name).sort(),
    DOCUMENTS.map((key) => documentName('demo', key)).sort(),
  );
  for (const document of documents) {
    assert.equal(document.DocumentType, 'Command');
    assert.equal(document.UpdateMethod, 'NewVersion');
    assert.equal(document.Content.schemaVersion, '2.2');
  }
});

test('nothing in the template belongs to one account, Region or partition', () => {
  const text = JSON.stringify(templateOf({ spec: declared() }).toJSON());
  assert.doesNotMatch(text, /arn:aws[:-]/);
  assert.doesNotMatch(text, /\b[a-z]{2}-[a-z]+-\d\b/);
  assert.doesNotMatch(text, /\b\d{12}\b/);
});

/** Statements of every policy document anywhere in the template. */
function policyStatements(value: unknown): ReturnType<typeof readStatement>[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    key === 'Statement' && Array.isArray(inner) ? inner.map(readStatement) : policyStatements(inner),
  );
}
