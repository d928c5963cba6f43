import type { Principal } from '../credentials.ts';
import type { RegionContext } from '../service.ts';

/** Condition keys as IAM compares them: a list only for keys that have several values, e.g. `aws:TagKeys`. */
export type Context = Readonly<Record<string, string | readonly string[]>>;

/**
 * One question that a call puts to IAM. A call is allowed when all of its questions are.
 *
 * Which resources and keys belong to an action is said by AWS's Service Authorization Reference
 * (https://docs.aws.amazon.com/service-authorization/latest/reference/); `test/lab/permissions/reference.test.ts` holds
 * the questions to its published data.
 */
export interface Check {
  /** E.g. `ec2:RunInstances`. */
  readonly action: string;
  /** An ARN; one of something that is yet to be made ends in `/*`. `*` for an action that knows no resources. */
  readonly resource: string;
  readonly context: Context;
}

/** Who asks, as IAM sees it: a session of a role. */
export interface Session {
  readonly role: string;
  /** Instance id or function name. */
  readonly name: string;
  readonly kind: Principal['kind'];
}

type Place = Pick<RegionContext, 'account' | 'region'>;

export function arn({ account, region }: Place, service: string, resource: string): string {
  return `arn:aws:${service}:${region}:${account}:${resource}`;
}

/** A question about an action that knows no resources, or whose resources the lab does not know: it then takes `*` to allow it. */
export function anywhere(action: string, context: Context = {}): Check {
  return { action, resource: '*', context };
}

/** `aws:ResourceTag/<key>`, and the same under a service's own prefix where it has one. */
export function resourceTags(tags: ReadonlyMap<string, string>, ...prefixes: readonly string[]): Context {
  const entries = [...tags].flatMap(([key, value]) =>
    ['aws:ResourceTag', ...prefixes].map((prefix): [string, string] => [`${prefix}/${key}`, value]),
  );
  return Object.fromEntries(entries);
}

/** `aws:RequestTag/<key>` and `aws:TagKeys`. */
export function requestTags(tags: ReadonlyMap<string, string>): Context {
  if (tags.size === 0) return {};
  const entries = [...tags].map(([key, value]) => [`aws:RequestTag/${key}`, value]);
  return { ...Object.fromEntries(entries), 'aws:TagKeys': [...tags.keys()] };
}
