import type { Allocation, Amount, UpdatePolicy } from './spec.ts';

/** Machines are replaced one for one, the new one first: nothing is ever missing, and one more is paid for. */
const CATTLE: UpdatePolicy = {
  maxUnavailable: { kind: 'count', count: 0 },
  maxSurge: { kind: 'count', count: 1 },
  healthySeconds: 15,
  timeout: 600,
  onFailure: 'pause',
};

/** A pet's address and disk are held by one machine at a time. Managers are given time to catch up with the Raft log. */
const PETS: UpdatePolicy = {
  ...CATTLE,
  maxUnavailable: { kind: 'count', count: 1 },
  maxSurge: { kind: 'count', count: 0 },
  healthySeconds: 30,
};

/** How a group is rolled when it does not say, also one that was stored before it could. */
export function defaultUpdate(kind: Allocation['kind']): UpdatePolicy {
  return kind === 'logicalIds' ? PETS : CATTLE;
}

/** How many machines of a group may be missing, and how many more than declared there may be, at a time. */
export interface Allowance {
  /** From 0 to the group's number. */
  readonly unavailable: number;
  readonly surge: number;
}

/**
 * A policy in machines, for a group of so many. A share of surge is rounded up, one of unavailable down; where both come
 * to 0, unavailable counts as 1, as the roll-out could never move else: 25 % of three, without surge, replaces one at a
 * time. Only a group of none is allowed nothing without surge: it has no machine to miss.
 * Source of the rule: `ResolveFenceposts` in pkg/controller/deployment/util of Kubernetes.
 */
export function allowance(policy: Pick<UpdatePolicy, 'maxUnavailable' | 'maxSurge'>, size: number): Allowance {
  const surge = machines(policy.maxSurge, size, Math.ceil);
  const unavailable = machines(policy.maxUnavailable, size, Math.floor);
  return { unavailable: Math.min(size, surge === 0 ? Math.max(1, unavailable) : unavailable), surge };
}

function machines(amount: Amount, size: number, round: (share: number) => number): number {
  return amount.kind === 'count' ? amount.count : round((amount.percent * size) / 100);
}
