import { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import { createAwsClients } from '../../lib/aws/clients.ts';
import { putWithFetch } from '../../lib/deployment/answer.ts';
import { isRefusal } from '../../lib/deployment/errors.ts';
import { handleRequest } from '../../lib/deployment/handle.ts';
import type { DeploymentTools } from '../../lib/deployment/tools.ts';
import { METRIC } from '../../lib/metrics.ts';
import { createDynamoStore } from '../../lib/store/dynamo.ts';
import { systemClock } from '../../lib/system-clock.ts';
import { deploymentEnvironment } from '../environment.ts';
import { createMetrics } from '../metrics.ts';

const logger = new Logger({ serviceName: 'everswarm-deployment' });

function makeTools(owner: string): DeploymentTools {
  const { cluster, table, reconcileFunction } = deploymentEnvironment();
  const { ec2, ssm, lambda, dynamo } = createAwsClients();
  const store = createDynamoStore({ client: dynamo, table, cluster, clock: systemClock });
  return { cluster, store, ec2, ssm, lambda, reconcileFunction, clock: systemClock, owner };
}

/** The custom resource of the stack: puts the declared cluster in force, and takes it down. */
export const handler = middy()
  .use(injectLambdaContext(logger))
  .handler(async (event: unknown, context: Context) => {
    const outcome = await handleRequest({
      event,
      remaining: context.getRemainingTimeInMillis(),
      clock: systemClock,
      put: putWithFetch,
      makeTools: () => makeTools(`deployment/${context.awsRequestId}`),
    });
    if (outcome.status === 'SUCCESS') {
      logger.info('answered: success', { data: outcome.data });
      return;
    }
    logger.error('answered: failed', { code: outcome.code, reason: outcome.reason });
    if (isRefusal(outcome.code))
      createMetrics(deploymentEnvironment().cluster)([{ metric: METRIC.refusedSpecs, value: 1 }]);
  });
