import { few } from '../few.ts';
import type { DocumentKey } from '../names.ts';
import type { ActContext } from './context.ts';
import { type ActionOutcome, done, failed } from './outcome.ts';
import { runScript } from './script.ts';

/** Systems Manager takes so many instances in one command, and the scripts are told of exactly those. */
const INSTANCES_PER_COMMAND = 50;
/** Side by side, so that all have ended, or are left to themselves, within the 20 s of one effect. */
const COMMANDS_AT_ONCE = 5;

type Refusal = Extract<ActionOutcome, { ok: false }>;

/** What became of a script on many machines. */
export interface ManyOutcomes {
  readonly succeeded: readonly string[];
  readonly refusals: readonly Refusal[];
  /** How many were not asked this time: the next pass asks them. */
  readonly left: number;
}

/** Runs one of the cluster's documents on many machines, on 250 of them at most. */
export async function runScriptOnMany(
  document: DocumentKey,
  instanceIds: readonly string[],
  parameters: Readonly<Record<string, string>>,
  context: ActContext,
): Promise<ManyOutcomes> {
  const asked = instanceIds.slice(0, INSTANCES_PER_COMMAND * COMMANDS_AT_ONCE);
  const chunks: string[][] = [];
  for (let at = 0; at < asked.length; at += INSTANCES_PER_COMMAND) {
    chunks.push(asked.slice(at, at + INSTANCES_PER_COMMAND));
  }
  const outcomes = await Promise.all(chunks.map((ids) => runScript(document, ids, parameters, context)));
  const succeeded: string[] = [];
  const refusals: Refusal[] = [];
  for (const [id, outcome] of outcomes.flatMap((some) => [...some])) {
    if (outcome.ok) succeeded.push(id);
    else refusals.push(outcome);
  }
  return { succeeded, refusals, left: instanceIds.length - asked.length };
}

/**
 * One outcome of many. Where it succeeded on some, and all others only need time, it has done something; the next pass
 * goes on with those.
 */
export function inOne({ succeeded, refusals, left }: ManyOutcomes): ActionOutcome {
  const rest = left === 0 ? '' : `; ${left} more in the next pass`;
  const worst = refusals.find(({ retry }) => retry === 'backoff') ?? refusals[0];
  if (worst === undefined) return done(`${few(succeeded)}${rest}`);
  const achieved = succeeded.length === 0 ? '' : `${few(succeeded)} done; `;
  const message = `${achieved}${complaints(refusals)}${rest}`;
  if (succeeded.length > 0 && worst.retry === 'soon') return done(message);
  return failed(worst.code, message, refusals.some(({ retry }) => retry === 'soon') ? 'soon' : 'backoff');
}

/** Each complaint once, with one machine as the example and the number of all that have it. */
function complaints(refusals: readonly Refusal[]): string {
  const byCode = new Map<string, Refusal[]>();
  for (const refusal of refusals) byCode.set(refusal.code, [...(byCode.get(refusal.code) ?? []), refusal]);
  return [...byCode]
    .map(([code, same]) => {
      const example = same[0]?.message.slice(0, 200) ?? '';
      return same.length === 1 ? example : `${same.length} × ${code}, e.g. ${example}`;
    })
    .join('; ');
}
