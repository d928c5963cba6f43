import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import type { SelfHealingSwarmProps } from '../../../lib/constructs/self-healing-swarm-props.ts';
import { SwarmStack } from '../../../lib/constructs/swarm-stack.ts';
import { parseSpec } from '../../../lib/spec/parse.ts';
import type { ClusterSpec } from '../../../lib/spec/spec.ts';

const root = new URL('../../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), 'utf8');

/** The feature flags that the real app has: what is asserted is what is deployed. */
const flags: Record<string, unknown> = JSON.parse(read('cdk.json')).context;

/** What synthesis writes; the CDK would leave a directory of its own behind for each app. */
const outdir = mkdtempSync(join(tmpdir(), 'everswarm-synth-'));
process.on('exit', () => rmSync(outdir, { recursive: true, force: true }));

/** The cluster that the repository declares, or the one in `yaml`. */
export function declared(yaml: string = read('swarm.yaml')): ClusterSpec {
  return parseSpec(yaml);
}

/** An app without bundled code: bundling takes seconds and tells nothing about the template. */
export function testApp(overrides: Readonly<Record<string, unknown>> = {}): App {
  const context = {
    ...flags,
    'aws:cdk:bundling-stacks': [],
    // The warnings are asserted, not read on the terminal.
    '@aws-cdk/core:annotationsInValidationReport': false,
    ...overrides,
  };
  return new App({ context, outdir: mkdtempSync(join(outdir, 'app-')) });
}

export function stackOf(props: SelfHealingSwarmProps): SwarmStack {
  return new SwarmStack(testApp(), props);
}

export function templateOf(props: SelfHealingSwarmProps = { spec: declared() }): Template {
  return Template.fromStack(stackOf(props));
}
