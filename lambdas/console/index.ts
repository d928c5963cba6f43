import { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import { DESCRIPTION } from '../../lib/console/description.ts';
import { readWidgetEvent } from '../../lib/console/widget-event.ts';
import { consoleEnvironment } from '../environment.ts';
import { consoleOperator } from './operator.ts';
import { showCluster } from './show-cluster.ts';

const logger = new Logger({ serviceName: 'everswarm-console' });

/** The custom widget of the cluster's dashboard: draws the cluster, and changes nothing, whatever the event says. */
export const handler = middy()
  .use(injectLambdaContext(logger))
  .handler(async (event: unknown, context: Context) => {
    const request = readWidgetEvent(event);
    if (request.kind === 'describe') return DESCRIPTION;
    const environment = consoleEnvironment();
    const operator = consoleOperator(context.awsRequestId, environment);
    return showCluster({ operator, viewer: request.viewer, endpoint: environment.ordersFunction });
  });
