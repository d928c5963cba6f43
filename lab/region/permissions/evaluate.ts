import { runUnsafeSimulation } from '@cloud-copilot/iam-simulate';
import type { Check, Context } from './check.ts';
import type { IdentityPolicy } from './policies.ts';

export type Verdict = 'allowed' | 'denied' | 'explicitly-denied';

/** More than a deployed cluster asks in an hour; beyond that all are forgotten. */
const REMEMBERED = 20_000;
const verdicts = new Map<string, Verdict>();
const numbers = new WeakMap<object, number>();
let policiesSeen = 0;

/**
 * IAM's answer from identity policies. A machine's agent asks the same again and again, and the evaluator takes some
 * milliseconds: what it said once is remembered.
 */
export function evaluate(
  policies: readonly IdentityPolicy[],
  principal: string,
  check: Check,
  session: Context,
): Verdict {
  const { 'aws:CurrentTime': _, ...others } = session;
  const facts = policies.some(({ policy }) => mentionsTime(policy)) ? session : others;
  const key = JSON.stringify([policies.map(({ policy }) => numberOf(policy)), principal, check, facts]);
  const known = verdicts.get(key);
  if (known !== undefined) return known;
  const verdict = ask(policies, principal, check, session);
  if (verdicts.size >= REMEMBERED) verdicts.clear();
  verdicts.set(key, verdict);
  return verdict;
}

/** Policies are told apart by a number each; a changed one is another object. */
function numberOf(policy: object): number {
  const number = numbers.get(policy) ?? ++policiesSeen;
  numbers.set(policy, number);
  return number;
}

const timely = new WeakMap<object, boolean>();

function mentionsTime(policy: object): boolean {
  const known = timely.get(policy) ?? /aws:CurrentTime/i.test(JSON.stringify(policy));
  timely.set(policy, known);
  return known;
}

/**
 * The evaluator's plain entry is used, which takes the context as it is: which keys an action has is this folder's own
 * business, and its tests'.
 */
function ask(policies: readonly IdentityPolicy[], principal: string, check: Check, session: Context): Verdict {
  const contextVariables = Object.fromEntries(
    Object.entries({ ...session, ...check.context }).map(([key, value]) => [
      key,
      typeof value === 'string' ? value : [...value],
    ]),
  );
  const result = runUnsafeSimulation(
    {
      request: {
        principal,
        action: check.action,
        resource: { resource: literal(check.resource), accountId: accountOf(principal) },
        contextVariables,
      },
      identityPolicies: [...policies],
      serviceControlPolicies: [],
      resourceControlPolicies: [],
    },
    {},
  );
  switch (result) {
    case 'Allowed':
      return 'allowed';
    case 'ExplicitlyDenied':
      return 'explicitly-denied';
    case 'ImplicitlyDenied':
      return 'denied';
  }
}

/**
 * The evaluator takes a wildcard in a request for a search, which any statement answers that overlaps it. AWS does not:
 * something yet to be made has to be covered by the statement's own wildcard, and no resource at all only by `*`.
 */
function literal(resource: string): string {
  return resource === '*' ? 'none' : resource.replace(/\/\*$/, '/new');
}

function accountOf(principal: string): string {
  return principal.split(':')[4] ?? '';
}
