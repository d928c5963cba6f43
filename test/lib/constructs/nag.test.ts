import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CfnResource, Stack, Validations } from 'aws-cdk-lib';
import { ManagedPolicy } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { AwsSolutionsChecks } from 'cdk-nag';
import type { IConstruct } from 'constructs';
import { SelfHealingSwarm } from '../../../lib/constructs/self-healing-swarm.ts';
import type { SelfHealingSwarmProps } from '../../../lib/constructs/self-healing-swarm-props.ts';
import { declared, stackOf, testApp } from './synth.ts';

interface Answer {
  readonly rule: string;
  readonly reason: string;
  readonly at: string;
  readonly resources: number;
}

interface Finding {
  readonly rule: string;
  readonly path: string;
}

/** What cdk-nag finds, answered or not: by itself it knows nothing of answers to a pack, which the CDK applies at synthesis. */
function findingsIn(scope: IConstruct): Finding[] {
  return new AwsSolutionsChecks()
    .validateScope(scope)
    .violations.flatMap(({ ruleName, violatingResources }) =>
      violatingResources.map(({ constructPath = '' }) => ({ rule: ruleName, path: constructPath })),
    );
}

function belongs(answer: Answer, finding: Finding): boolean {
  return answer.rule === finding.rule && `${finding.path}/`.startsWith(`${answer.at}/`);
}

function answersIn(scope: IConstruct): Answer[] {
  return scope.node.findAll().flatMap((construct) =>
    construct.node.metadata
      .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
      .flatMap(({ data }) => Object.entries(Object(data)))
      // The CDK itself answers rules of another pack.
      .filter(([id]) => id.startsWith('AwsSolutions::'))
      .map(([id, reason]) => ({
        rule: id.replace(/^AwsSolutions::/, ''),
        reason: String(reason),
        at: construct.node.path,
        resources: construct.node.findAll().filter((each) => CfnResource.isCfnResource(each)).length,
      })),
  );
}

const WITH_ALL_FLAVORS = declared(`
cluster: demo
network: { cidr: 10.42.0.0/16 }
groups:
  managers: { flavor: swarm-manager, allocation: { logicalIds: [10.42.0.10, 10.42.1.10, 10.42.2.10] } }
  workers: { flavor: swarm-worker, allocation: { size: 2 } }
  bastions: { flavor: vanilla, allocation: { size: 1 } }
`);

const SHAPES: Record<string, (stack: Stack) => Omit<SelfHealingSwarmProps, 'spec'>> = {
  'as it comes': () => ({}),
  'in private subnets': () => ({ privateSubnets: true }),
  'with a key and a boundary': (stack) => ({
    volumeKey: new Key(stack, 'Key', { enableKeyRotation: true }),
    permissionsBoundary: ManagedPolicy.fromAwsManagedPolicyName('PowerUserAccess'),
  }),
};

for (const [shape, props] of Object.entries(SHAPES)) {
  test(`${shape}: every finding is answered at its resource, and every answer belongs to a finding`, () => {
    const stack = new Stack(testApp(), 'Test');
    new SelfHealingSwarm(stack, 'Swarm', { spec: WITH_ALL_FLAVORS, ...props(stack) });
    const findings = findingsIn(stack);
    const answers = answersIn(stack);

    assert.ok(findings.length > 5);
    assert.deepEqual(
      findings.filter((finding) => !answers.some((answer) => belongs(answer, finding))),
      [],
      'not answered: fix it, or acknowledge it beside the resource with its reason',
    );
    assert.deepEqual(
      answers.filter((answer) => !findings.some((finding) => belongs(answer, finding))),
      [],
      'answers to nothing: take them away',
    );
  });
}

test('no answer is wholesale: each is about one rule at one construct, a wildcard by its resource, with a reason', () => {
  const answers = answersIn(stackOf({ spec: WITH_ALL_FLAVORS }));
  for (const { rule, reason, at, resources } of answers) {
    assert.match(rule, /^AwsSolutions-(?!IAM5$)/, at);
    assert.ok(reason.length > 40, `${at}: ${reason}`);
    // A role with its policy, or a VPC with what the CDK makes of it.
    assert.ok(resources <= (rule === 'AwsSolutions-VPC7' ? 20 : 3), `${rule} at ${at} covers ${resources} resources`);
  }
  assert.equal(new Set(answers.map(({ rule, at }) => `${rule} ${at}`)).size, answers.length);
});

test('a new finding fails the synthesis', () => {
  const app = testApp();
  Validations.of(app).addPlugins(new AwsSolutionsChecks());
  const stack = new Stack(app, 'Test');
  new SelfHealingSwarm(stack, 'Swarm', { spec: declared() });
  app.synth();
  new Queue(stack, 'Careless');
  assert.throws(() => app.synth({ force: true }), /Validation failed/);
});
