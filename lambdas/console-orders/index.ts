import { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import { DESCRIPTION } from '../../lib/console/description.ts';
import { readWidgetEvent } from '../../lib/console/widget-event.ts';
import { consoleOperator } from '../console/operator.ts';
import { showCluster } from '../console/show-cluster.ts';
import { deploymentEnvironment } from '../environment.ts';
import { carryOut } from './carry-out.ts';

const logger = new Logger({ serviceName: 'everswarm-console-orders' });

/**
 * What the widget's buttons invoke: carries out one order, then draws the cluster with what came of it. A function apart from
 * the widget's own, so that IAM can tell those who may look from those who may act.
 */
export const handler = middy()
  .use(injectLambdaContext(logger))
  .handler(async (event: unknown, context: Context) => {
    const request = readWidgetEvent(event);
    if (request.kind === 'describe') return DESCRIPTION;
    const operator = consoleOperator(context.awsRequestId, deploymentEnvironment());
    const notice = request.kind === 'order' ? await carryOut(operator, request.order) : undefined;
    logger.info('order', { ...request, notice });
    return showCluster({ operator, viewer: request.viewer, endpoint: context.invokedFunctionArn, notice });
  });
