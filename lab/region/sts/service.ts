import type { CredentialBook } from '../credentials.ts';
import type { Directory } from '../iam/directory.ts';
import { uniqueId } from '../iam/unique-id.ts';
import { uuid } from '../ids.ts';
import { queryService, required } from '../protocol/query-service.ts';
import { ServiceError } from '../protocol/service-error.ts';
import type { RegionContext, Service, ServiceRequest } from '../service.ts';

export interface StsParts {
  readonly credentials: CredentialBook;
  readonly roles: Pick<Directory, 'role'>;
}

interface Session {
  readonly arn: string;
  readonly userId: string;
}

/**
 * STS: who am I, and roles assumed by hand. Whoever assumes a role goes on as the lab's operator: the roles of the CDK's
 * bootstrap stack have to be there, and their policies are not enforced.
 */
export function createStsService(context: RegionContext, { credentials, roles }: StsParts): Service {
  const sessions = new Map<string, Session>();
  return queryService({
    name: 'sts',
    namespace: 'https://sts.amazonaws.com/doc/2011-06-15/',
    context,
    requestId: () => uuid(context.random),
    operations: {
      GetCallerIdentity(_input, request) {
        const session = sessions.get(accessKeyOf(request) ?? '');
        return {
          Arn: session?.arn ?? `arn:aws:iam::${context.account}:root`,
          UserId: session?.userId ?? context.account,
          Account: context.account,
        };
      },
      AssumeRole(input) {
        const arn = required(input, 'RoleArn');
        const sessionName = required(input, 'RoleSessionName');
        const role = roleBehind(arn, roles);
        const seconds = Number(input.get('DurationSeconds') ?? 3600);
        const issued = credentials.issue(
          { kind: 'user', name: `${role.name}/${sessionName}`, role: undefined },
          seconds * 1000,
        );
        const session = {
          arn: `arn:aws:sts::${context.account}:assumed-role/${role.name}/${sessionName}`,
          userId: `${uniqueId(context.random, 'AROA')}:${sessionName}`,
        };
        sessions.set(issued.accessKeyId, session);
        return {
          Credentials: {
            AccessKeyId: issued.accessKeyId,
            SecretAccessKey: issued.secretAccessKey,
            SessionToken: issued.sessionToken,
            Expiration: new Date(issued.expiresAt).toISOString(),
          },
          AssumedRoleUser: { Arn: session.arn, AssumedRoleId: session.userId },
        };
      },
    },
  });
}

/** @throws ServiceError `AccessDenied` also for a role that is not there, as STS answers, so as not to tell */
function roleBehind(arn: string, roles: StsParts['roles']) {
  try {
    return roles.role(arn.slice(arn.lastIndexOf('/') + 1));
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    throw new ServiceError('AccessDenied', `not authorized to perform: sts:AssumeRole on resource: ${arn}`, 403);
  }
}

function accessKeyOf(request: ServiceRequest): string | undefined {
  return /Credential=([^/,\s]+)\//.exec(request.headers['authorization'] ?? '')?.[1];
}
