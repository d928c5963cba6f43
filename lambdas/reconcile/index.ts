import { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import { perform } from '../../lib/act/perform.ts';
import { createAwsClients } from '../../lib/aws/clients.ts';
import { errorCode, errorMessage } from '../../lib/aws/errors.ts';
import { createLaunchPace } from '../../lib/aws/launch-pace.ts';
import { createCommandRunner } from '../../lib/aws/run-command.ts';
import { countThrottles } from '../../lib/aws/throttle-count.ts';
import { METRIC } from '../../lib/metrics.ts';
import { observeInfrastructure } from '../../lib/observe/infrastructure.ts';
import { probeMachines } from '../../lib/observe/probe.ts';
import { type ReconcileDependencies, reconcile } from '../../lib/reconcile/reconcile.ts';
import { createDynamoStore } from '../../lib/store/dynamo.ts';
import { systemClock } from '../../lib/system-clock.ts';
import { correlationIdOf } from '../../lib/telemetry/correlation.ts';
import { measurePass } from '../../lib/telemetry/measure-pass.ts';
import { passLine } from '../../lib/telemetry/pass-line.ts';
import { reconcileEnvironment } from '../environment.ts';
import { createMetrics } from '../metrics.ts';

const logger = new Logger({ serviceName: 'everswarm-reconcile' });

/** What is each invocation's own. */
interface Wake {
  /** Of the lease. */
  readonly owner: string;
  readonly correlationId: string;
}

/** Made once for a process and kept warm, but for what is each invocation's own. */
function assemble(): (wake: Wake) => ReconcileDependencies {
  const { cluster, table } = reconcileEnvironment();
  const clock = systemClock;
  const clients = createAwsClients();
  const { ec2, ssm, dynamo } = clients;
  const store = createDynamoStore({ client: dynamo, table, cluster, clock });
  const runner = createCommandRunner({ ssm, clock, cluster });
  const throttles = countThrottles(clients);
  const measure = createMetrics(cluster);
  return (wake) => {
    const pace = createLaunchPace(clock);
    return {
      ...wake,
      cluster,
      clock,
      store,
      observe: () => observeInfrastructure({ ec2, ssm, clock, cluster }),
      probe: (instanceIds) => probeMachines({ runner, instanceIds }),
      perform: (action, context) => perform(action, { ...context, store, ec2, runner, clock, pace }),
      onPass(report) {
        logger.info('pass', { ...passLine(report) });
        measure(measurePass(report, throttles.take()));
      },
      onFailedPass({ fence, pass, error }) {
        logger.error('pass failed', { fence, pass, code: errorCode(error), reason: errorMessage(error) });
        measure([
          { metric: METRIC.failedPasses, value: 1 },
          { metric: METRIC.throttles, value: throttles.take() },
        ]);
      },
    };
  };
}

let assembled: ((wake: Wake) => ReconcileDependencies) | undefined;

/**
 * Drives one convergence. The event only wakes: nothing of it is read but the id by which its traces are found. Errors are
 * thrown on, so that Lambda tries again and the queue for failures sees what never succeeded.
 */
export const handler = middy()
  .use(injectLambdaContext(logger))
  .handler(async (event: unknown, context: Context) => {
    const { awsRequestId } = context;
    const correlationId = correlationIdOf(event, awsRequestId);
    logger.appendKeys({ correlation_id: correlationId });
    assembled ??= assemble();
    const deps = assembled({ owner: `reconcile/${awsRequestId}`, correlationId });
    const convergence = await reconcile(deps, () => context.getRemainingTimeInMillis());
    logger.info('convergence', { ...convergence });
    return convergence;
  });
