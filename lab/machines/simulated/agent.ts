import { DOCUMENTS, type DocumentKey } from '../../../lib/names.ts';
import type { AgentResult, AgentTask, Host } from '../host.ts';
import { EXIT, failed, type Outcome, type Script } from './documents/document.ts';
import { engineRestart, engineSettings, engineStop } from './documents/engine.ts';
import { nodeList } from './documents/node-list.ts';
import { nodeActivate, nodeDemote, nodeDrain, nodePromote, nodeRemove } from './documents/nodes.ts';
import { probe } from './documents/probe.ts';
import { swarmLeave, swarmRecover } from './documents/recovery.ts';
import { publishTokens, rotateTokens, swarmInit, swarmJoin } from './documents/swarm.ts';
import { livesOn, type Machine } from './machine.ts';
import type { World } from './swarm/world.ts';

const SCRIPTS: Readonly<Record<DocumentKey, (script: Script) => Promise<Outcome>>> = {
  probe,
  'swarm-init': swarmInit,
  'swarm-join': swarmJoin,
  'publish-tokens': publishTokens,
  'rotate-tokens': rotateTokens,
  'node-demote': nodeDemote,
  'node-remove': nodeRemove,
  'node-drain': nodeDrain,
  'node-activate': nodeActivate,
  'node-promote': nodePromote,
  'node-list': nodeList,
  'engine-restart': engineRestart,
  'engine-stop': engineStop,
  'engine-settings': engineSettings,
  'swarm-leave': swarmLeave,
  'swarm-recover': swarmRecover,
};

/** Documents without a guard. */
const READS: ReadonlySet<DocumentKey> = new Set(['probe', 'node-list']);

/** How long an effect waits for the machine's lock. */
const LOCK_WAIT = 5000;

/** Runs one task as the machine's agent would; a machine that dies meanwhile reports nothing. */
export async function runTask(world: World, host: Host, machine: Machine, task: AgentTask): Promise<void> {
  const alive = livesOn(machine);
  let outcome: Outcome | undefined;
  const script = perform(world, host, machine, task).then((result) => {
    outcome = result;
    world.settle();
  });
  const finished = await Promise.race([
    script.then(() => true),
    world.until(() => outcome !== undefined || !alive(), task.timeoutSeconds * 1000),
  ]);
  if (alive()) host.agent.report(machine.order.instanceId, result(task, finished ? outcome : undefined));
}

function result({ commandId }: AgentTask, outcome: Outcome | undefined): AgentResult {
  if (outcome === undefined) return { commandId, status: 'TimedOut', exitCode: 137, stdout: '', stderr: '' };
  return { commandId, status: outcome.exitCode === 0 ? 'Success' : 'Failed', ...outcome };
}

async function perform(world: World, host: Host, machine: Machine, task: AgentTask): Promise<Outcome> {
  const name = readName(task.documentName);
  if (name === undefined) {
    return failed(
      EXIT.other,
      `simulated machines run no free scripts; "${task.documentName}" is none of a cluster's documents`,
    );
  }
  const parameter = (key: string) => task.parameters[key]?.[0] ?? '';
  const script: Script = { world, host, machine, ...name, parameter, unlock: () => {} };
  return READS.has(name.key) ? SCRIPTS[name.key](script) : guarded(script);
}

function readName(documentName: string): { cluster: string; key: DocumentKey } | undefined {
  for (const key of DOCUMENTS) {
    const cluster = new RegExp(`^everswarm-(.+)-${key}$`).exec(documentName)?.[1];
    if (cluster !== undefined) return { cluster, key };
  }
  return undefined;
}

/** What every effect does first: lock, identity, fence, whether it is a repetition. */
async function guarded(script: Script): Promise<Outcome> {
  const unlock = await lock(script);
  if (unlock === undefined) return failed(EXIT.busy, 'another effect is under way on this machine');
  try {
    return refusal(script) ?? (await SCRIPTS[script.key]({ ...script, unlock }));
  } finally {
    unlock();
  }
}

/** @returns how to give the lock back (once; later calls do nothing), or nothing when it was not to be had in time */
async function lock({ world, machine }: Script): Promise<(() => void) | undefined> {
  const end = world.clock.monotonic() + LOCK_WAIT;
  // Of several who wait only one gets it: whoever comes first after the change.
  while (machine.locked) {
    if (!(await world.until(() => !machine.locked, end - world.clock.monotonic()))) return undefined;
  }
  const alive = livesOn(machine);
  let held = true;
  machine.locked = true;
  return () => {
    if (held && alive()) machine.locked = false;
    held = false;
    world.settle();
  };
}

function refusal({ machine, parameter }: Script): Outcome | undefined {
  const { instanceId } = machine.order;
  const meant = parameter('instances').split(',');
  if (!meant.includes(instanceId)) {
    return failed(EXIT.wrongMachine, `this is ${instanceId}, the command is meant for ${meant.join(', ')}`);
  }
  const fence = Number(parameter('fence'));
  if (!(fence >= machine.fence)) {
    return failed(EXIT.staleFence, `fence ${parameter('fence')} is older than ${machine.fence}, seen before`);
  }
  if (fence > machine.fence) machine.orders.clear();
  machine.fence = fence;
  const order = parameter('order');
  if (machine.orders.has(order)) return failed(EXIT.repeated, `the command ${order} was begun here before`);
  if (order !== '') machine.orders.add(order);
  return undefined;
}
