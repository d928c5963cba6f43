import { ServiceError } from '../protocol/service-error.ts';
import type { Context } from './check.ts';
import type { Decision } from './permissions.ts';

/**
 * A refusal in AWS's own words.
 * Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html for the sentence, the
 * "Common errors" of each service's API reference for codes and statuses.
 */
export function denialOf(service: string, decision: Decision): ServiceError {
  const sentence = sentenceOf(decision);
  switch (service) {
    case 'ec2':
      return new ServiceError(
        'UnauthorizedOperation',
        `You are not authorized to perform this operation. ${sentence}${encoded(decision)}`,
        403,
      );
    case 'dynamodb':
    case 'events':
    case 'logs':
    case 'ssm':
      return new ServiceError('AccessDeniedException', sentence, 400);
    case 'lambda':
      return new ServiceError('AccessDeniedException', sentence, 403);
    default:
      return new ServiceError('AccessDenied', sentence, 403);
  }
}

function sentenceOf({ principal, check, verdict }: Decision): string {
  const { action, resource } = check;
  const where = resource === '*' ? '' : ` on resource: ${resource}`;
  const why =
    verdict === 'explicitly-denied'
      ? ' with an explicit deny in an identity-based policy'
      : ` because no identity-based policy allows the ${action} action`;
  return `User: ${principal} is not authorized to perform: ${action}${where}${why}`;
}

/** EC2 adds what it was asked, encoded, where a resource was judged; here it is plain base64. */
function encoded({ check, verdict }: Decision): string {
  if (check.resource === '*') return '.';
  const { action, resource, context } = check;
  const told: {
    allowed: false;
    explicitDeny: boolean;
    context: { action: string; resource: string; conditions: Context };
  } = {
    allowed: false,
    explicitDeny: verdict === 'explicitly-denied',
    context: { action, resource, conditions: context },
  };
  return `. Encoded authorization failure message: ${Buffer.from(JSON.stringify(told)).toString('base64url')}`;
}
