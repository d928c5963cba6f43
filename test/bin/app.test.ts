import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const work = mkdtempSync(join(tmpdir(), 'everswarm-app-'));
after(() => rmSync(work, { recursive: true, force: true }));

/** Runs the app as the CDK's command line does: context and output directory by environment. */
function synth(
  name: string,
  context: Record<string, unknown> = {},
): Promise<{ code: number; stderr: string; out: string }> {
  const out = join(work, name);
  const flags = JSON.parse(readFileSync(join(root, 'cdk.json'), 'utf8')).context;
  const env = { ...process.env, CDK_OUTDIR: out, CDK_CONTEXT_JSON: JSON.stringify({ ...flags, ...context }) };
  return new Promise((resolve) => {
    execFile(process.execPath, ['bin/app.ts'], { cwd: root, env }, (error, _stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : error === null ? 0 : 1, stderr, out });
    });
  });
}

const templateIn = (out: string, stack: string) => readFileSync(join(out, `${stack}.template.json`), 'utf8');

test('swarm.yaml becomes the stack Everswarm-demo; each function an ES module with its handler and the templates', async () => {
  const { out, code, stderr } = await synth('first');
  assert.equal(code, 0, stderr);
  const bundles = readdirSync(out).filter((name) => name.startsWith('asset.'));
  assert.equal(bundles.length, 4);
  for (const bundle of bundles) {
    assert.ok(existsSync(join(out, bundle, 'templates', 'README.md')));
    assert.ok(existsSync(join(out, bundle, 'index.mjs.map')));
    const code = readFileSync(join(out, bundle, 'index.mjs'), 'utf8');
    assert.ok(code.length < 2_000_000, `${code.length} characters`);
    assert.match(code, /export\s*\{[^}]*\bas handler\b/);
  }
  // The same again, code included: else every deployment would change something.
  const again = await synth('second');
  assert.equal(templateIn(again.out, 'Everswarm-demo'), templateIn(out, 'Everswarm-demo'));
});

test('cdk-nag looked at it: every finding was answered', async () => {
  const { out } = await synth('checked', { 'aws:cdk:bundling-stacks': [] });
  const { pluginReports } = JSON.parse(readFileSync(join(out, 'validation-report.json'), 'utf8'));
  const [report] = pluginReports.filter(({ pluginName }: { pluginName: string }) => pluginName === 'AwsSolutions');
  assert.equal(report.conclusion, 'success');
  assert.ok(report.suppressedViolations.length > 5);
});

test('another file and other zones can be named', async () => {
  const spec = join(work, 'other.yaml');
  writeFileSync(
    spec,
    'cluster: other\nnetwork: { cidr: 10.7.0.0/16, zones: 1 }\ngroups: { managers: { flavor: swarm-manager, allocation: { logicalIds: [10.7.0.9] } } }\n',
  );
  const { code, stderr, out } = await synth('other', { spec, zones: 'eu-west-1b', 'aws:cdk:bundling-stacks': [] });
  assert.equal(code, 0, stderr);
  assert.match(templateIn(out, 'Everswarm-other'), /"AvailabilityZone": "eu-west-1b"/);
  assert.match(stderr, /loses its quorum/);
});

test('a spec that is refused: every problem in it is told, and nothing is written', async () => {
  const spec = join(work, 'bad.yaml');
  writeFileSync(
    spec,
    'cluster: Demo\nnetwork: { cidr: 10.42.0.0/16 }\ngroups: { managers: { flavor: swarm-manager, allocation: { logicalIds: [10.42.0.10, 10.42.9.9] } } }\n',
  );
  const { code, stderr, out } = await synth('bad', { spec });
  assert.equal(code, 1);
  assert.match(stderr, /bad\.yaml:1:10 cluster/);
  assert.match(stderr, /10\.42\.9\.9/);
  assert.match(stderr, /lists 2 managers/);
  assert.doesNotMatch(stderr, /at .*\.ts:\d+/);
  assert.ok(!existsSync(join(out, 'manifest.json')));
});

test('a file that is not there: says which was looked for', async () => {
  const { code, stderr } = await synth('missing', { spec: 'no-such.yaml' });
  assert.equal(code, 1);
  assert.match(stderr, /no-such\.yaml: ENOENT/);
});
