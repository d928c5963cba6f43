import type { Action, Held, Plan } from '../../../lib/plan/action.ts';
import type { MARK } from '../../../lib/plan/marks.ts';
import { plan } from '../../../lib/plan/plan.ts';
import { instanceId, planInput, type TestCluster } from '../../support/cluster.ts';

/** The three managers and two workers of `wholeCluster()`. */
export const [M1, M2, M3] = [instanceId(1), instanceId(2), instanceId(3)];
export const [W1, W2] = [instanceId(101), instanceId(102)];

export function planned(cluster: TestCluster): Plan {
  return plan(planInput(cluster));
}

export function kinds(actions: readonly Action[]): string[] {
  return actions.map((action) => action.kind);
}

export function rules(cluster: TestCluster): string[] {
  return planned(cluster).held.map((held) => held.rule);
}

export function heldBy(cluster: TestCluster, rule: string): Held | undefined {
  return planned(cluster).held.find((held) => held.rule === rule);
}

export function ofKind<K extends Action['kind']>(actions: readonly Action[], kind: K) {
  return actions.filter((action): action is Extract<Action, { kind: K }> => action.kind === kind);
}

/** What is remembered of a machine, or of a logical ID, from so long ago. */
export function remember(
  cluster: TestCluster,
  subject: string,
  symptom: string | (typeof MARK)[keyof typeof MARK],
  age = 0,
): void {
  const since = cluster.now - age;
  cluster.records.suspicions.set(subject, { instanceId: subject, symptom, since, restartedAt: undefined });
}

/** The marks that a plan leaves, as `<subject> <symptom>`. */
export function marksOf(actions: readonly Action[]): string[] {
  return ofKind(actions, 'suspect').map(({ suspicion }) => `${suspicion.instanceId} ${suspicion.symptom}`);
}
