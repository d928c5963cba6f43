import type { RegionContext, ServiceRequest } from '../service.ts';
import { anywhere, arn, type Check } from './check.ts';

/** Actions by method and by what follows the function's name in the path. */
const ROUTES: Readonly<Record<string, string>> = {
  'POST /invocations': 'InvokeFunction',
  'PUT /code': 'UpdateFunctionCode',
  'PUT /configuration': 'UpdateFunctionConfiguration',
  'GET /configuration': 'GetFunctionConfiguration',
  'GET ': 'GetFunction',
  'DELETE ': 'DeleteFunction',
  'POST /policy': 'AddPermission',
};

/** Source: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awslambda.html */
export function lambdaChecks(context: RegionContext, request: ServiceRequest): readonly Check[] {
  const [, named = '', rest = ''] = /^\/[\d-]+\/functions\/([^/]+)(\/.*)?$/.exec(request.path) ?? [];
  const action = ROUTES[`${request.method} ${rest}`];
  if (named === '' || action === undefined) return [anywhere(`lambda:${request.method} ${request.path}`)];
  const name = decodeURIComponent(named);
  const resource = name.startsWith('arn:') ? name : arn(context, 'lambda', `function:${name}`);
  return [{ action: `lambda:${action}`, resource, context: {} }];
}
