import { uuid } from '../ids.ts';
import { queryService } from '../protocol/query-service.ts';
import type { RegionContext, Service } from '../service.ts';

/** STS: who am I. Everyone at the lab's front door is its one operator. */
export function createStsService(context: RegionContext): Service {
  return queryService({
    name: 'sts',
    namespace: 'https://sts.amazonaws.com/doc/2011-06-15/',
    context,
    requestId: () => uuid(context.random),
    operations: {
      GetCallerIdentity: () => ({
        Arn: `arn:aws:iam::${context.account}:root`,
        UserId: context.account,
        Account: context.account,
      }),
    },
  });
}
