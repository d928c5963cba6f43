import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { runCdk } from './cdk.ts';
import { LAB_CREDENTIALS } from './cli/credentials.ts';
import { createClients, destroyClients } from './cloudformation/clients.ts';
import { readStoredParameter } from './cloudformation/stack/surroundings.ts';
import { LAB_REGION } from './lab.ts';

export interface Deployment {
  /** Of the running lab. */
  readonly endpoint: string;
  /** As `cdk synth` wrote it. */
  readonly assembly: string;
  /** @default the only one in the assembly */
  readonly stackName?: string | undefined;
  /** Told of each line of the CDK. */
  readonly onLine: (line: string) => void;
}

/** Where the CDK looks for the version of its bootstrap stack. Source: the CDK's bootstrap-template.yaml. */
const BOOTSTRAP_VERSION = '/cdk-bootstrap/hnb659fds/version';

const Outputs = z.record(z.string(), z.record(z.string(), z.string()));

/** `cdk bootstrap`, unless that was done before in this lab. @throws CdkError */
export async function bootstrap(endpoint: string, onLine: (line: string) => void): Promise<void> {
  const clients = createClients({ region: LAB_REGION.region, endpoint, credentials: LAB_CREDENTIALS });
  try {
    if ((await readStoredParameter(clients, BOOTSTRAP_VERSION)) !== undefined) return;
  } finally {
    destroyClients(clients);
  }
  const args = ['bootstrap', `aws://${LAB_REGION.account}/${LAB_REGION.region}`];
  // Away from the project: with an environment named and no app in sight, nothing is synthesised.
  const directory = await mkdtemp(join(tmpdir(), 'everswarm-bootstrap-'));
  try {
    await runCdk(args, { endpoint, directory, onLine });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** `cdk deploy` of a synthesised stack into a bootstrapped lab. Returns the stack's outputs by name. @throws CdkError */
export async function deployStack({
  endpoint,
  assembly,
  stackName,
  onLine,
}: Deployment): Promise<Readonly<Record<string, string>>> {
  const directory = await mkdtemp(join(tmpdir(), 'everswarm-outputs-'));
  try {
    const file = join(directory, 'outputs.json');
    const which = stackName === undefined ? [] : [stackName];
    const options = ['--app', assembly, '--require-approval', 'never', '--progress', 'events', '--outputs-file', file];
    await runCdk(['deploy', ...which, ...options], { endpoint, onLine });
    const source: unknown = JSON.parse(await readFile(file, 'utf8'));
    return Object.assign({}, ...Object.values(Outputs.parse(source)));
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** A line of the CDK about something that happened to a resource of a stack; `undefined` for any other. */
export function resourceEvent(
  line: string,
): { readonly done: number; readonly of: number; readonly status: string; readonly type: string } | undefined {
  const found = /\|\s*(\d+)\/(\d+) \|[^|]+\|\s*([A-Z_]+)\s*\|\s*([\w:]+)\s*\|/.exec(line);
  const [, done, of, status, type] = found ?? [];
  if (done === undefined || of === undefined || status === undefined || type === undefined) return undefined;
  return { done: Number(done), of: Number(of), status, type };
}
