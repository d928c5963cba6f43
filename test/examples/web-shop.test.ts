import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Template } from 'aws-cdk-lib/assertions';
import { run } from '../support/command.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const out = mkdtempSync(join(tmpdir(), 'everswarm-web-shop-'));
after(() => rmSync(out, { recursive: true, force: true }));

test('the example synthesises: a Swarm behind a balancer, with a bucket, an alarm and an operator', async () => {
  const { code, stderr } = await run(process.execPath, ['--conditions=everswarm-source', 'examples/web-shop/app.ts'], {
    cwd: root,
    env: { CDK_OUTDIR: out, CDK_CONTEXT_JSON: JSON.stringify({ 'aws:cdk:bundling-stacks': [] }) },
  });
  assert.equal(code, 0, stderr);
  const template = Template.fromJSON(JSON.parse(readFileSync(join(out, 'WebShop.template.json'), 'utf8')));
  template.hasResourceProperties('AWS::ElasticLoadBalancingV2::TargetGroup', {
    TargetType: 'ip',
    Targets: ['10.60.0.10', '10.60.1.10', '10.60.2.10'].map((Id) => ({ Id })),
  });
  const [pager, ...otherTopics] = Object.keys(template.findResources('AWS::SNS::Topic'));
  assert.deepEqual(otherTopics, []);
  for (const MetricName of ['QuorumMargin', 'SecondsToWhole']) {
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      Namespace: 'Everswarm',
      MetricName,
      Dimensions: [{ Name: 'Cluster', Value: 'shop' }],
      AlarmActions: [{ Ref: pager }],
    });
  }
  template.resourceCountIs('Custom::EverswarmDeployment', 1);
  const outputs = Object.keys(template.findOutputs('*'));
  for (const name of ['Status', 'ReconcileNow', 'ManagerShell', 'Docker']) assert.ok(outputs.includes(name), name);
});
