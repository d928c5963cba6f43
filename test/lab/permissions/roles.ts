import type { Stack } from '../../../lab/cloudformation/stack/stack.ts';
import type { Directory } from '../../../lab/region/iam/directory.ts';

export interface FunctionRole {
  /** The function's name. */
  readonly name: string;
  readonly role: string;
}

/** The functions of a stack and the roles that they run as; the roles of its machines by flavor. */
export interface Roles {
  readonly reconcile: FunctionRole;
  readonly deployment: FunctionRole;
  readonly machines: ReadonlyMap<string, string>;
}

/** @throws Error when the stack lacks one */
export function rolesOf(stack: Stack): Roles {
  const { resources } = stack;
  const machines = resources.flatMap(({ type, logicalId, identity }): [string, string][] => {
    const flavor = type === 'AWS::IAM::Role' ? /NodeRoles(\w+?)Role/.exec(logicalId)?.[1] : undefined;
    return flavor === undefined || identity === undefined ? [] : [[flavor, identity.physicalId]];
  });
  return {
    reconcile: functionOf(stack, 'ControllerReconcile'),
    deployment: functionOf(stack, 'DeploymentHandler'),
    machines: new Map(machines),
  };
}

/** @param part of the function's logical ID, e.g. `ControllerReconcile` @throws Error when the stack has none like it */
export function functionOf({ resources }: Stack, part: string): FunctionRole {
  const physical = (type: string, like: RegExp): string => {
    const found = resources.find((resource) => resource.type === type && like.test(resource.logicalId));
    if (found?.identity === undefined) throw new Error(`the stack has no ${type} like ${like}`);
    return found.identity.physicalId;
  };
  return {
    name: physical('AWS::Lambda::Function', new RegExp(`${part}Function`)),
    role: physical('AWS::IAM::Role', new RegExp(`${part}Role`)),
  };
}

/** A statement of a role's policy, as it is in the lab's IAM: everything in it resolved. */
export interface RoleStatement {
  readonly role: string;
  readonly policy: string;
  readonly index: number;
  readonly sid: string;
  readonly effect: string;
  readonly actions: readonly string[];
  readonly resources: readonly string[];
}

export function statementsIn(directory: Directory, roleNames: readonly string[]): readonly RoleStatement[] {
  return roleNames.flatMap((name) =>
    [...directory.role(name).policies].flatMap(([policy, text]) =>
      parsed(text).Statement.map(({ Sid, Effect, Action, Resource }, index) => ({
        role: name,
        policy,
        index,
        sid: Sid ?? `${policy}[${index}]`,
        effect: Effect,
        actions: [Action].flat(),
        resources: [Resource].flat(),
      })),
    ),
  );
}

/** Takes the statement away, or one action of it. Returns the way to put it back. */
export function takeAway(directory: Directory, statement: RoleStatement, action?: string): () => void {
  const { policies } = directory.role(statement.role);
  const before = policies.get(statement.policy) ?? '';
  const document = parsed(before);
  const left = document.Statement.flatMap((one, index) => {
    if (index !== statement.index) return [one];
    const actions = [one.Action].flat().filter((each) => action !== undefined && each !== action);
    return actions.length === 0 ? [] : [{ ...one, Action: actions }];
  });
  policies.set(statement.policy, JSON.stringify({ ...document, Statement: left }));
  return () => policies.set(statement.policy, before);
}

interface Document {
  readonly Statement: readonly {
    readonly Sid?: string;
    readonly Effect: string;
    readonly Action: string | readonly string[];
    readonly Resource: string | readonly string[];
  }[];
}

function parsed(text: string): Document {
  return JSON.parse(text);
}
