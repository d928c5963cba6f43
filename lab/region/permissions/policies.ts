import { z } from 'zod';
import type { Directory, Role } from '../iam/directory.ts';
import { isKnownKey, UnknownConditionKeyError } from './condition-keys.ts';

/** A policy as the evaluator takes it. */
export interface IdentityPolicy {
  readonly name: string;
  /** The same text is the same object. */
  readonly policy: object;
}

const Conditions = z.record(z.string(), z.record(z.string(), z.unknown()));
const Statement = z.looseObject({ Condition: Conditions.default({}) });
const Document = z.looseObject({ Statement: z.union([Statement.transform((one) => [one]), z.array(Statement)]) });

/** AWS's managed policies that the lab knows. */
const MANAGED: Readonly<Record<string, object>> = {
  'arn:aws:iam::aws:policy/AdministratorAccess': {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
  },
};

/** A role has a managed policy whose content the lab does not have. */
export class UnknownManagedPolicyError extends Error {
  readonly code = 'UnknownManagedPolicy';
  constructor(role: string, arn: string) {
    super(
      `role ${role} has the managed policy ${arn}, which the lab does not have; it has ${Object.keys(MANAGED).join(', ')}. Give the role an inline policy instead`,
    );
    this.name = 'UnknownManagedPolicyError';
  }
}

/** Documents as text are read once; a role's policy that was changed is another text. */
const read = new Map<string, object>();

/**
 * The policies of a role, which may have been deleted since its credentials were given out: then there are none.
 * @throws UnknownConditionKeyError, UnknownManagedPolicyError
 */
export function policiesOf(directory: Directory, roleName: string): readonly IdentityPolicy[] {
  const role = directory.roles().find(({ name }) => name === roleName);
  if (role === undefined) return [];
  const inline = [...role.policies].map(([name, text]) => ({ name, policy: parse(text, `${roleName}/${name}`) }));
  return [...inline, ...[...role.attached].map((arn) => managed(role, arn))];
}

function managed(role: Role, arn: string): IdentityPolicy {
  const policy = MANAGED[arn];
  if (policy === undefined) throw new UnknownManagedPolicyError(role.name, arn);
  return { name: arn, policy };
}

function parse(text: string, name: string): object {
  const known = read.get(text);
  if (known !== undefined) return known;
  const document: object = JSON.parse(text);
  const { Statement: statements } = Document.parse(document);
  const keys = statements.flatMap(({ Condition }) => Object.values(Condition).flatMap((tests) => Object.keys(tests)));
  const unknown = keys.filter((key) => !isKnownKey(key));
  if (unknown.length > 0) throw new UnknownConditionKeyError([...new Set(unknown)], name);
  read.set(text, document);
  return document;
}
