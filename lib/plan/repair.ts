import type { InstanceSeen } from '../observe/observation.ts';
import type { Action } from './action.ts';
import type { Draft } from './draft.ts';
import type { Health } from './health.ts';
import { LIMITS } from './limits.ts';
import { MARK, MARKS } from './marks.ts';
import type { Suspicion } from './records.ts';
import { isLive, type PlanInput, probeOf } from './world.ts';

/** May this be done to the machine now? `undefined`: yes; else the rule and the reason why not. */
export type Gate = () => { readonly rule: string; readonly reason: string } | undefined;

/** Asked just before a remedy is used. */
export interface Gates {
  readonly restart: Gate;
  readonly replace: Gate;
  /** Has it join anew, step by step; or says why not. */
  rejoin?(reason: string): ReturnType<Gate>;
}

/**
 * The ladder for a running machine that does not work: remember it, look again, restart its engine, then replace it.
 * Nothing happens on one look (Safety 8).
 */
export function planRepair(
  input: PlanInput,
  draft: Draft,
  subject: string,
  instance: InstanceSeen,
  health: Health,
  gates: Gates,
): void {
  const recorded = input.records.suspicions.get(instance.id);
  if (health.kind === 'broken') {
    planBroken(input, draft, subject, instance, health, recorded, gates);
    return;
  }
  if (recorded !== undefined) planAbsolution(input, draft, subject, instance, health, recorded);
  if (health.kind === 'coming') draft.wait(health.what, subject);
  if (health.kind === 'held') draft.hold(health.rule, subject, health.reason);
}

/** What was wrong is not any more. Should it be wrong again, that is another time, with looks and a restart of its own. */
function planAbsolution(
  input: PlanInput,
  draft: Draft,
  subject: string,
  { id }: InstanceSeen,
  { kind }: Health,
  recorded: Suspicion,
): void {
  if (kind === 'healthy' || kind === 'blank') {
    if (!lasts(recorded, input.now)) draft.act({ kind: 'absolve', instanceId: id, reason: `${subject} is well again` });
  } else if (isRefuted(input, id, recorded)) {
    const reason = `${subject} answers, and does not show "${recorded.symptom}" any more`;
    draft.act({ kind: 'absolve', instanceId: id, reason });
  } else if (localState(input, id) === 'locked' && recorded.symptom !== LOCKED && !MARKS.has(recorded.symptom)) {
    // Whether it starts shows only once it is unlocked. What was wrong is over until then, but not its restart.
    const suspicion = { ...recorded, symptom: LOCKED, since: input.now };
    const reason = `${subject} waits for its unlock key: what it does after that is looked at anew`;
    draft.act({ kind: 'suspect', suspicion, reason });
  }
}

const LOCKED = 'autolock';

/** What a machine can tell of itself, whether or not its Swarm has a quorum. */
const SELF_TOLD: ReadonlySet<string> = new Set(['engine-down', 'raft-state', 'boot-failed', 'boot-stuck', LOCKED]);

/** Is what was complained of disproved by its own answer, although nobody can say that it works? */
function isRefuted(input: PlanInput, instanceId: string, { symptom }: Suspicion): boolean {
  if (symptom === 'silent') return probeOf(input, instanceId)?.kind === 'answered';
  return SELF_TOLD.has(symptom) && localState(input, instanceId) === 'active';
}

/** What its engine says of itself; `undefined`: nothing. */
function localState(input: PlanInput, instanceId: string): string | undefined {
  const outcome = probeOf(input, instanceId);
  if (outcome?.kind !== 'answered') return undefined;
  const { engine } = outcome.probe;
  return engine.state === 'up' ? engine.localState : undefined;
}

/** What was remembered for another purpose than repair, and is still needed for it. */
function lasts({ symptom, since }: Suspicion, now: number): boolean {
  return symptom === MARK.settings || (symptom === MARK.handedOver && now - since < LIMITS.handedOver);
}

function planBroken(
  input: PlanInput,
  draft: Draft,
  subject: string,
  instance: InstanceSeen,
  { symptom, reason, remedies }: Extract<Health, { kind: 'broken' }>,
  recorded: Suspicion | undefined,
  gates: Gates,
): void {
  if (recorded === undefined || recorded.symptom !== symptom) {
    const suspicion = { instanceId: instance.id, symptom, since: input.now, restartedAt: recorded?.restartedAt };
    draft.act({ kind: 'suspect', suspicion, reason });
    return;
  }
  // After a restart something else may be wrong, and seen for the first time.
  const restartOver = recorded.restartedAt === undefined ? 0 : recorded.restartedAt + LIMITS.engine;
  const patientUntil = Math.max(recorded.since + LIMITS.suspicion, restartOver);
  if (input.now < patientUntil) {
    draft.hold('suspicion', subject, `${reason}; looked at again before anything is done`, patientUntil);
    return;
  }
  const canRestart = remedies.includes('restart');
  const restarted = recorded.restartedAt !== undefined;
  let kept = { rule: symptom, reason: `${reason}; restarting its engine did not help, a person has to decide` };
  if (remedies.includes('replace') && (restarted || !canRestart)) {
    const refusal = gates.replace();
    if (refusal === undefined) {
      draft.act({ kind: 'terminate', instanceIds: [instance.id], reason: `${reason}; another takes its place` });
      return;
    }
    kept = { rule: refusal.rule, reason: `${reason}; not replaced: ${refusal.reason}` };
  }
  if (remedies.includes('rejoin') && (restarted || !canRestart) && gates.rejoin !== undefined) {
    const refusal = gates.rejoin(reason);
    if (refusal === undefined) return;
    kept = { rule: refusal.rule, reason: `${reason}; it does not join anew: ${refusal.reason}` };
  }
  // Where nothing else may be done (three engines down leave no quorum to ask for a replacement), it is tried again.
  const due = (recorded.restartedAt ?? recorded.since) + LIMITS.restartAgain;
  if (!canRestart || (restarted && input.now < due)) {
    draft.hold(kept.rule, subject, kept.reason, canRestart ? due : undefined);
    return;
  }
  const refusal = gates.restart();
  if (refusal !== undefined) {
    draft.hold(refusal.rule, subject, `${reason}; its engine is not restarted: ${refusal.reason}`);
    return;
  }
  const suspicion = { ...recorded, restartedAt: input.now };
  draft.act({ kind: 'restartEngine', instanceId: instance.id, suspicion, reason });
}

/** Suspicions about machines that are gone are forgotten. */
export function forgetTheGone(input: PlanInput, draft: Draft): void {
  const live = new Set(input.observation.instances.filter(isLive).map((instance) => instance.id));
  for (const instanceId of [...input.records.suspicions.keys()].sort()) {
    if (!live.has(instanceId) && input.records.suspicions.get(instanceId)?.symptom !== MARK.volumeLost)
      draft.act({ kind: 'absolve', instanceId, reason: `${instanceId} is gone` });
  }
}

/** Does the plan end a machine already? One at a time. */
export function endsAMachine(actions: readonly Action[]): boolean {
  return actions.some((action) => action.kind === 'terminate');
}

export function restartsAnEngine(actions: readonly Action[]): boolean {
  return actions.some((action) => action.kind === 'restartEngine');
}
