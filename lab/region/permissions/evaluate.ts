import { runUnsafeSimulation } from '@cloud-copilot/iam-simulate';
import type { Check, Context } from './check.ts';
import type { IdentityPolicy } from './policies.ts';

export type Verdict = 'allowed' | 'denied' | 'explicitly-denied';

/**
 * IAM's answer from identity policies. The evaluator's plain entry is used, which takes the context as it is: which keys
 * an action has is this folder's own business, and its tests'.
 */
export function evaluate(
  policies: readonly IdentityPolicy[],
  principal: string,
  check: Check,
  session: Context,
): Verdict {
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
