import type { Directory } from '../iam/directory.ts';
import type { ServiceError } from '../protocol/service-error.ts';
import type { Region } from '../region.ts';
import type { PendingCall } from '../router.ts';
import { arn, type Check, type Context, type Session } from './check.ts';
import { denialOf } from './denial.ts';
import type { Profiles } from './ec2-launch.ts';
import { evaluate, type Verdict } from './evaluate.ts';
import { guardMachines } from './machines.ts';
import { policiesOf } from './policies.ts';
import { checksOf } from './requests.ts';

export interface Decision {
  readonly session: Session;
  /** The session's ARN. */
  readonly principal: string;
  readonly check: Check;
  readonly verdict: Verdict;
}

export interface Permissions {
  /** May the role do it? For what AWS does in a role's name with no call of its own, e.g. a function's log. */
  permits(session: Session, check: Check): boolean;
  /** What the machine's own role may do; a machine without one may do nothing. */
  permitsInstance(instanceId: string, check: Check): boolean;
  /** Told of every answer of IAM. Returns the way to stop. */
  listen(listener: (decision: Decision) => void): () => void;
  /** From here on everything is allowed again. */
  lift(): void;
}

/**
 * Lets IAM's word count: each call of a function or a machine is judged by the identity policies of its role, as they
 * are at that moment. Whoever comes with other credentials is an administrator.
 *
 * Resource policies are not judged here: a function's is by Lambda itself, a queue's by nobody.
 */
export function enforcePermissions(region: Region, directory: Directory): Permissions {
  const { context, inside } = region;
  const listeners = new Set<(decision: Decision) => void>();
  const profiles: Profiles = {
    roleArnOf: (name) => directory.profiles().find((profile) => profile.name === name)?.role?.arn,
  };

  function decide(session: Session, check: Check): Decision {
    const principal = `arn:aws:sts::${context.account}:assumed-role/${session.role}/${session.name}`;
    const verdict = evaluate(policiesOf(directory, session.role), principal, check, facts(session));
    const decision = { session, principal, check, verdict };
    for (const listener of listeners) listener(decision);
    return decision;
  }

  /** Condition keys that every call has. */
  function facts({ role, name, kind }: Session): Context {
    return {
      'aws:CurrentTime': new Date(context.clock.now()).toISOString(),
      'aws:PrincipalAccount': context.account,
      'aws:PrincipalArn': `arn:aws:iam::${context.account}:role/${role}`,
      'aws:PrincipalType': 'AssumedRole',
      'aws:RequestedRegion': context.region,
      // The lab speaks plain HTTP, and stands for an endpoint that does not.
      'aws:SecureTransport': 'true',
      ...(kind === 'instance' && { 'ec2:SourceInstanceARN': arn(context, 'ec2', `instance/${name}`) }),
    };
  }

  /** All are asked, so that whoever listens learns of each; the first refusal is the answer. */
  function refusal(call: PendingCall): ServiceError | undefined {
    const session = call.principal && sessionOf(call.principal);
    if (session === undefined) return undefined;
    const decisions = checksOf(inside, profiles, call).map((check) => decide(session, check));
    const denied = decisions.find(({ verdict }) => verdict !== 'allowed');
    return denied && denialOf(call.service, denied);
  }

  const permits = (session: Session, check: Check): boolean => decide(session, check).verdict === 'allowed';
  const permitsInstance = (instanceId: string, check: Check): boolean => {
    const role = region.host.metadata(instanceId)?.role;
    return role !== undefined && permits({ kind: 'instance', name: instanceId, role }, check);
  };
  const lifting = [region.intercept(refusal), guardMachines(inside.ssm, permitsInstance)];
  return {
    permits,
    permitsInstance,
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    lift() {
      for (const lift of lifting) lift();
    },
  };
}

function sessionOf({ kind, name, role }: NonNullable<PendingCall['principal']>): Session | undefined {
  return kind === 'user' || role === undefined ? undefined : { kind, name, role };
}
