import type { RegionInside } from '../region.ts';
import type { PendingCall } from '../router.ts';
import { anywhere, type Check } from './check.ts';
import { dynamodbChecks } from './dynamodb.ts';
import { ec2Checks } from './ec2.ts';
import type { Profiles } from './ec2-launch.ts';
import { lambdaChecks } from './lambda.ts';
import { ssmChecks } from './ssm.ts';

/** Everybody may ask who he is. Source: STS API Reference, `GetCallerIdentity`: "No permissions are required". */
const FREE = new Set(['sts:GetCallerIdentity']);

/** Prefixes of IAM's actions where they are not the name that requests are signed for. */
const PREFIXES: Readonly<Record<string, string>> = { monitoring: 'cloudwatch' };

/**
 * What a call puts to IAM. Services that no role of this project calls are judged as a whole: by `*`.
 * @throws ServiceError for a request that can't be read
 */
export function checksOf(inside: RegionInside, profiles: Profiles, call: PendingCall): readonly Check[] {
  const { service, action, request } = call;
  const { context } = inside.ec2;
  if (FREE.has(`${service}:${action}`)) return [];
  switch (service) {
    case 'ec2':
      return ec2Checks(inside.ec2, profiles, action, request.body);
    case 'ssm':
      return ssmChecks(inside.ssm, action, request.body);
    case 'dynamodb':
      return dynamodbChecks(context, action, request.body);
    case 'lambda':
      return lambdaChecks(context, request);
    default:
      return [anywhere(`${PREFIXES[service] ?? service}:${action}`)];
  }
}
