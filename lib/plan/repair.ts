import type { InstanceSeen } from '../observe/observation.ts';
import type { Action } from './action.ts';
import type { Draft } from './draft.ts';
import type { Health } from './health.ts';
import { LIMITS } from './limits.ts';
import { MARK } from './marks.ts';
import type { Suspicion } from './records.ts';
import { isLive, type PlanInput } from './world.ts';

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
  switch (health.kind) {
    case 'healthy':
    case 'blank':
      if (recorded !== undefined && !lasts(recorded, input.now))
        draft.act({ kind: 'absolve', instanceId: instance.id, reason: `${subject} is well again` });
      return;
    case 'coming':
      draft.wait(health.what, subject);
      return;
    case 'held':
      draft.hold(health.rule, subject, health.reason);
      return;
    case 'notAsked':
    case 'demoted':
      return;
    case 'broken':
      planBroken(input, draft, subject, instance, health, recorded, gates);
  }
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
  const since = recorded.restartedAt ?? recorded.since;
  const patience = recorded.restartedAt === undefined ? LIMITS.suspicion : LIMITS.engine;
  if (input.now - since < patience) {
    draft.hold('suspicion', subject, `${reason}; looked at again before anything is done`, since + patience);
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
  const due = since + LIMITS.restartAgain;
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
