import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { LAB_CREDENTIALS } from '../../../lab/cli/credentials.ts';
import { readAssembly } from '../../../lab/cloudformation/assembly.ts';
import { createClients, destroyClients } from '../../../lab/cloudformation/clients.ts';
import { provision } from '../../../lab/cloudformation/provision.ts';
import { LAB_REGION, type Lab, startLab } from '../../../lab/lab.ts';
import { createDynamoStore } from '../../../lib/store/dynamo.ts';
import type { Store } from '../../../lib/store/store.ts';
import { systemClock } from '../../../lib/system-clock.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

export interface DeployedConsole {
  readonly lab: Lab;
  /** Of the dashboard. */
  readonly address: string;
  readonly store: Store;
  stop(): Promise<void>;
}

/** Three managers and some workers on simulated machines, deployed with the functions as they are bundled, and whole. */
export async function deployConsole(workers: number): Promise<DeployedConsole> {
  // Whatever was begun ends, also when a later step fails.
  await using undo = new AsyncDisposableStack();
  const directory = await mkdtemp(join(tmpdir(), 'everswarm-console-'));
  undo.defer(() => rm(directory, { recursive: true }));
  const stateDirectory = join(directory, 'state');
  const assembly = await synthesised(directory, workers);
  const lab = await startLab({
    name: `console-${process.pid}`,
    fleet: 'simulated',
    stateDirectory,
    progress: () => {},
  });
  undo.defer(() => lab.stop());
  const { account, region } = LAB_REGION;
  const clients = createClients({ region, endpoint: lab.endpoint, credentials: LAB_CREDENTIALS });
  undo.defer(() => destroyClients(clients));
  const { outputs } = await provision({
    ...(await readAssembly(assembly, { account, region })),
    account,
    region,
    clients,
    clock: systemClock,
    random: Math.random,
    registerAsset: (bucket, key, code) => lab.services.lambda.assets.register(bucket, key, code),
  });
  const [dashboard] = lab.services.cloudwatch.dashboards.list();
  const table = outputs['TableName']?.value;
  assert.ok(dashboard !== undefined && typeof table === 'string');
  const client = DynamoDBDocumentClient.from(clients.dynamodb);
  const kept = undo.move();
  return {
    lab,
    address: `${lab.endpoint}/_lab/console/${dashboard.name}`,
    store: createDynamoStore({ client, table, cluster: 'demo', clock: systemClock }),
    stop: () => kept.disposeAsync(),
  };
}

/** Runs the app as the CDK's command line does. */
async function synthesised(directory: string, workers: number): Promise<string> {
  const [spec, out] = [join(directory, 'swarm.yaml'), join(directory, 'cdk.out')];
  const example = await readFile(join(ROOT, 'swarm.yaml'), 'utf8');
  await writeFile(spec, example.replace(/\bsize: \d+/, `size: ${workers}`));
  const flags: unknown = JSON.parse(await readFile(join(ROOT, 'cdk.json'), 'utf8')).context;
  const context = JSON.stringify({ ...Object(flags), spec });
  const env = { ...process.env, CDK_OUTDIR: out, CDK_CONTEXT_JSON: context };
  await promisify(execFile)(process.execPath, ['bin/app.ts'], { cwd: ROOT, env });
  return out;
}
