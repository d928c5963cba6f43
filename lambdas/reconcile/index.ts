import { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import { perform } from '../../lib/act/perform.ts';
import { createAwsClients } from '../../lib/aws/clients.ts';
import { createLaunchPace } from '../../lib/aws/launch-pace.ts';
import { createCommandRunner } from '../../lib/aws/run-command.ts';
import { observeInfrastructure } from '../../lib/observe/infrastructure.ts';
import { probeMachines } from '../../lib/observe/probe.ts';
import { type ReconcileDependencies, reconcile } from '../../lib/reconcile/reconcile.ts';
import { createDynamoStore } from '../../lib/store/dynamo.ts';
import { systemClock } from '../../lib/system-clock.ts';
import { reconcileEnvironment } from '../environment.ts';

const logger = new Logger({ serviceName: 'everswarm-reconcile' });

/** Made once for a process and kept warm, but for what is each invocation's own. */
function assemble(): (owner: string) => ReconcileDependencies {
  const { cluster, table } = reconcileEnvironment();
  const clock = systemClock;
  const { ec2, ssm, dynamo } = createAwsClients();
  const store = createDynamoStore({ client: dynamo, table, cluster, clock });
  const runner = createCommandRunner({ ssm, clock, cluster });
  return (owner) => {
    const pace = createLaunchPace(clock);
    return {
      owner,
      cluster,
      clock,
      store,
      observe: () => observeInfrastructure({ ec2, ssm, clock, cluster }),
      probe: (instanceIds) => probeMachines({ runner, instanceIds }),
      perform: (action, context) => perform(action, { ...context, store, ec2, runner, clock, pace }),
      onPass: (pass) => logger.info('pass', { ...pass }),
    };
  };
}

let assembled: ((owner: string) => ReconcileDependencies) | undefined;

/**
 * Drives one convergence. The event is not read: it only wakes. Errors are thrown on, so that Lambda tries again and
 * the queue for failures sees what never succeeded.
 */
export const handler = middy()
  .use(injectLambdaContext(logger))
  .handler(async (_event: unknown, context: Context) => {
    assembled ??= assemble();
    const deps = assembled(`reconcile/${context.awsRequestId}`);
    const convergence = await reconcile(deps, () => context.getRemainingTimeInMillis());
    logger.info('convergence', { ...convergence });
    return convergence;
  });
