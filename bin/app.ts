import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { z } from 'zod';
import { SwarmStack } from '../lib/constructs/swarm-stack.ts';
import { formatSpecError, SpecError } from '../lib/spec/error.ts';
import { parseSpec } from '../lib/spec/parse.ts';
import type { ClusterSpec } from '../lib/spec/spec.ts';

/**
 * The CDK app: one stack from one declared cluster.
 *
 * Context: `spec`, the path of the cluster's file (default `swarm.yaml` in the working directory), and `zones`, the names
 * of the availability zones, comma-separated (default: the Region's first). E.g. `npx cdk deploy -c spec=prod.yaml`.
 *
 * cdk-nag's AwsSolutions rules are checked at synthesis, which fails on a finding that is not answered beside its resource.
 */
const context = z.object({
  spec: z.string().min(1).default('swarm.yaml'),
  zones: z
    .string()
    .transform((text) => text.split(',').map((zone) => zone.trim()))
    .optional(),
});

// Not by itself at exit: a refused spec must leave no assembly behind, not even an empty one.
const app = new App({ autoSynth: false });
Validations.of(app).addPlugins(new AwsSolutionsChecks());
const { spec: path, zones } = context.parse({
  spec: app.node.tryGetContext('spec'),
  zones: app.node.tryGetContext('zones'),
});
const spec = readSpec(path);
if (spec === undefined) {
  process.exitCode = 1;
} else {
  new SwarmStack(app, { spec, ...(zones === undefined ? {} : { availabilityZones: zones }) });
  app.synth();
}

/** The cluster in the file; `undefined` when it was refused, and standard error says why. */
function readSpec(path: string): ClusterSpec | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    console.error(`the declared cluster could not be read from ${resolve(path)}: ${reason}`);
    console.error('Write one there, or name another file: npx cdk synth -c spec=<path>');
    return undefined;
  }
  try {
    return parseSpec(text, path);
  } catch (error) {
    if (!(error instanceof SpecError)) throw error;
    console.error(formatSpecError(error, { color: process.stderr.isTTY, text }));
    return undefined;
  }
}
