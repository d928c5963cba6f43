import type { Action } from '../plan/action.ts';
import type { ActContext } from './context.ts';
import { type ActionOutcome, done, failed } from './outcome.ts';
import { runScript, runScriptOn } from './script.ts';

type ActionOf<K extends Action['kind']> = Extract<Action, { kind: K }>;

/** Systems Manager takes so many instances in one command, and the scripts are told of exactly those. */
const INSTANCES_PER_COMMAND = 50;

/**
 * Joins machines to the Swarm. The tokens never come through here: each machine reads the one of its role from Parameter
 * Store. Where there is none, or it is no longer valid, a manager is asked to publish them and the next pass joins.
 */
export async function join(action: ActionOf<'join'>, context: ActContext): Promise<ActionOutcome> {
  const parameters = { role: action.role, managers: action.managers.join(',') };
  const outcomes = new Map<string, ActionOutcome>();
  for (let at = 0; at < action.instanceIds.length; at += INSTANCES_PER_COMMAND) {
    const ids = action.instanceIds.slice(at, at + INSTANCES_PER_COMMAND);
    for (const [id, outcome] of await runScript('swarm-join', ids, parameters, context)) outcomes.set(id, outcome);
  }
  const refusals = [...outcomes.values()].filter((outcome) => !outcome.ok);
  const [first] = refusals;
  if (first === undefined) return done([...outcomes.keys()].join(', '));
  const noToken = refusals.find(({ code }) => code === 'NoToken');
  if (noToken === undefined) {
    const message = refusals.map((refusal) => refusal.message).join('; ');
    return failed(first.code, message, refusals.some(({ retry }) => retry === 'soon') ? 'soon' : 'backoff');
  }
  const published = await runScriptOn('publish-tokens', action.publisher, {}, context);
  if (!published.ok) return published;
  return failed('NoToken', `${noToken.message}; ${action.publisher} has published the tokens anew`, 'soon');
}

/** Takes a manager out of the Raft group. Gone, or a worker already: done. */
export function demoteNode(action: ActionOf<'demoteNode'>, context: ActContext): Promise<ActionOutcome> {
  return runScriptOn('node-demote', action.via, { node: action.nodeId }, context);
}

export function removeNode(action: ActionOf<'removeNode'>, context: ActContext): Promise<ActionOutcome> {
  return runScriptOn('node-remove', action.via, { node: action.nodeId }, context);
}

/** Done when the node's tasks have left, or its time for that is over. */
export function drainNode(action: ActionOf<'drainNode'>, context: ActContext): Promise<ActionOutcome> {
  const parameters = { node: action.nodeId, seconds: String(Math.ceil(action.seconds)) };
  return runScriptOn('node-drain', action.via, parameters, context);
}

/**
 * A restart may take a vote away, and by the time that the command comes another manager may have lost its own: after
 * this long the machine refuses it. Milliseconds; the clocks of AWS's machines differ by far less.
 */
const RESTART_EXPIRES_AFTER = 20_000;

/** The suspicion is stored first: a restart that nobody remembers would be tried for ever instead of the next remedy. */
export async function restartEngine(action: ActionOf<'restartEngine'>, context: ActContext): Promise<ActionOutcome> {
  await context.store.putSuspicion(context.lease, action.suspicion);
  const expires = String(Math.floor((context.clock.now() + RESTART_EXPIRES_AFTER) / 1000));
  return await runScriptOn('engine-restart', action.instanceId, { expires }, context);
}
