import { few } from '../few.ts';
import type { Action } from '../plan/action.ts';
import type { ActContext } from './context.ts';
import { inOne, runScriptOnMany } from './many.ts';
import { type ActionOutcome, failed } from './outcome.ts';
import { runScriptOn } from './script.ts';

type ActionOf<K extends Action['kind']> = Extract<Action, { kind: K }>;

/**
 * Joins machines to the Swarm. The tokens never come through here: each machine reads the one of its role from Parameter
 * Store. Where there is none, or it is no longer valid, a manager is asked to publish them and the next pass joins.
 * Machines that were never asked whether they are ready may be among them: one whose boot goes on says so.
 */
export async function join(action: ActionOf<'join'>, context: ActContext): Promise<ActionOutcome> {
  const parameters = { role: action.role, managers: action.managers.join(',') };
  const outcomes = await runScriptOnMany('swarm-join', action.instanceIds, parameters, context);
  const noToken = outcomes.refusals.find(({ code }) => code === 'NoToken');
  if (noToken === undefined) return inOne(outcomes);
  const published = await runScriptOn('publish-tokens', action.publisher, {}, context);
  if (!published.ok) return published;
  const joined = outcomes.succeeded.length === 0 ? '' : `${few(outcomes.succeeded)} done; `;
  return failed('NoToken', `${joined}${noToken.message}; ${action.publisher} has published the tokens anew`, 'soon');
}

/** Takes a manager out of the Raft group. Gone, or a worker already: done. */
export function demoteNode(action: ActionOf<'demoteNode'>, context: ActContext): Promise<ActionOutcome> {
  return runScriptOn('node-demote', action.via, { node: action.nodeId }, context);
}

export function removeNode(action: ActionOf<'removeNode'>, context: ActContext): Promise<ActionOutcome> {
  return runScriptOn('node-remove', action.via, { node: action.nodeId }, context);
}

/** Done when the node's tasks have left; as long as they have not, what was planned to come after it waits. */
export async function drainNode(action: ActionOf<'drainNode'>, context: ActContext): Promise<ActionOutcome> {
  const parameters = { node: action.nodeId, seconds: String(Math.ceil(action.seconds)) };
  const outcome = await runScriptOn('node-drain', action.via, parameters, context);
  if (!outcome.ok || !TASKS_LEFT.test(outcome.detail)) return outcome;
  return failed('TasksLeft', `${outcome.detail} on node ${action.nodeId} after ${action.seconds} s`, 'soon');
}

/** The last line of node-drain's output (templates/README.md). */
const TASKS_LEFT = /^tasks [1-9]\d*$/;

/** A declared manager's node that is a worker takes its vote again. A manager already: done. */
export function promoteNode(action: ActionOf<'promoteNode'>, context: ActContext): Promise<ActionOutcome> {
  return runScriptOn('node-promote', action.via, { node: action.nodeId }, context);
}

/** Ends a drain of ours; one of a person is refused by the script. */
export function activateNode(action: ActionOf<'activateNode'>, context: ActContext): Promise<ActionOutcome> {
  return runScriptOn('node-activate', action.via, { node: action.nodeId }, context);
}

/** The script refuses where the engine is a manager that follows a leader. */
export function leaveSwarm(action: ActionOf<'leaveSwarm'>, context: ActContext): Promise<ActionOutcome> {
  return runScriptOn('swarm-leave', action.instanceId, {}, context);
}

/**
 * A restart or a stop may take a vote away, and by the time that the command comes another manager may have lost its own:
 * after this long the machine refuses it. Milliseconds; the clocks of AWS's machines differ by far less.
 */
const EXPIRES_AFTER = 20_000;

function expiry({ clock }: ActContext): string {
  return String(Math.floor((clock.now() + EXPIRES_AFTER) / 1000));
}

/** The script stops nothing without a committed write, which is its proof that the others are a quorum with it. */
export function stopEngine(action: ActionOf<'stopEngine'>, context: ActContext): Promise<ActionOutcome> {
  return runScriptOn('engine-stop', action.instanceId, { node: action.nodeId, expires: expiry(context) }, context);
}

/** The suspicion is stored first: a restart that nobody remembers would be tried for ever instead of the next remedy. */
export async function restartEngine(action: ActionOf<'restartEngine'>, context: ActContext): Promise<ActionOutcome> {
  await context.store.putSuspicion(context.lease, action.suspicion);
  return await runScriptOn('engine-restart', action.instanceId, { expires: expiry(context) }, context);
}
