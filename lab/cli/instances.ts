import { spawn } from 'node:child_process';
import { z } from 'zod';
import { shellCommand } from '../machines/real/shell.ts';
import { connect, type LabClient } from './client.ts';
import { age, type Output, table } from './output.ts';
import { CommandError } from './usage-error.ts';

const Listing = z.object({
  now: z.number(),
  instances: z.array(
    z.object({
      id: z.string(),
      group: z.string().optional(),
      logicalId: z.string().optional(),
      address: z.string(),
      zone: z.string(),
      state: z.string(),
      launchedAt: z.number(),
    }),
  ),
  functions: z.array(
    z.object({ name: z.string(), busy: z.number(), idle: z.number(), invocations: z.number(), errors: z.number() }),
  ),
  queues: z.array(z.object({ name: z.string(), visible: z.number(), inFlight: z.number() })),
});
const Instance = z.object({ instanceId: z.string(), privateIp: z.string() });
const Executed = z.object({ code: z.number(), stdout: z.string(), stderr: z.string() });

export async function ps(name: string, output: Output): Promise<void> {
  const listing = await (await connect(name)).get('instances', Listing);
  const instances = listing.instances.map((each) => [
    each.id,
    each.group ?? '-',
    each.logicalId ?? '-',
    each.address,
    each.zone,
    each.state,
    age(listing.now - each.launchedAt),
  ]);
  const functions = listing.functions.map((each) =>
    [each.name, each.busy, each.idle, each.invocations, each.errors].map(String),
  );
  const queues = listing.queues.map((each) => [each.name, each.visible, each.inFlight].map(String));
  print(output, ['INSTANCE', 'GROUP', 'LOGICAL ID', 'ADDRESS', 'ZONE', 'STATE', 'AGE'], instances, 'no instances');
  print(output, ['FUNCTION', 'BUSY', 'WARM', 'INVOCATIONS', 'ERRORS'], functions, 'no functions');
  print(output, ['QUEUE', 'MESSAGES', 'IN FLIGHT'], queues, 'no queues');
}

function print(output: Output, header: readonly string[], rows: readonly string[][], none: string): void {
  for (const line of rows.length === 0 ? [none] : table(header, rows)) output.line(line);
  output.line('');
}

/** Power cuts, one after the other, each at once. */
export async function kill(name: string, references: readonly string[], output: Output): Promise<void> {
  const lab = await connect(name);
  // All are looked up first: a reference that is wrong kills nothing.
  const found = await Promise.all(references.map((instance) => lab.post('find', { instance }, Instance)));
  await Promise.all(
    found.map(async ({ instanceId, privateIp }) => {
      await lab.post('kill', { instance: instanceId }, Instance);
      output.line(`${instanceId} (${privateIp}) lost its power.`);
    }),
  );
}

export async function stop(name: string, reference: string, output: Output): Promise<void> {
  const { instanceId, privateIp } = await (await connect(name)).post('stop', { instance: reference }, Instance);
  output.line(`${instanceId} (${privateIp}) is shutting down.`);
}

/** A shell, or one command, in a machine. @returns its exit code */
export async function shell(
  name: string,
  reference: string,
  command: readonly string[],
  output: Output,
): Promise<number> {
  const lab = await connect(name);
  const { instanceId } = await lab.post('find', { instance: reference }, Instance);
  return lab.state.fleet === 'real' ? enter(name, instanceId, command) : execute(lab, instanceId, command, output);
}

async function enter(name: string, instanceId: string, command: readonly string[]): Promise<number> {
  const { command: program, args } = await shellCommand(name, instanceId, ...(command.length === 0 ? [] : [command]));
  const child = spawn(program, args, { stdio: 'inherit' });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

async function execute(lab: LabClient, instance: string, command: readonly string[], output: Output): Promise<number> {
  if (command.length === 0) {
    throw new CommandError(
      'simulated machines have no interactive shell; give a command: shell <instance> -- docker node ls',
    );
  }
  const { code, stdout, stderr } = await lab.post('exec', { instance, command }, Executed);
  if (stdout !== '') output.line(stdout.trimEnd());
  if (stderr !== '') output.note(stderr.trimEnd());
  return code;
}
