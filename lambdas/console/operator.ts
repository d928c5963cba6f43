import { createAwsClients } from '../../lib/aws/clients.ts';
import { createOperator, type Operator } from '../../lib/operate/operator.ts';
import { systemClock } from '../../lib/system-clock.ts';
import type { DeploymentEnvironment } from '../environment.ts';

/**
 * The operator in whose name a function of the console looks and acts. Neither the event nor the context of an invocation says
 * who it was that pressed a button: what is written down is the invocation's id, which CloudTrail's data event of the
 * invocation, with the caller in it, can be found by.
 */
export function consoleOperator(
  requestId: string,
  { cluster, table, reconcileFunction }: DeploymentEnvironment,
): Operator {
  clients ??= createAwsClients();
  return createOperator({
    entry: { cluster, table, reconcileFunction },
    by: `console, request ${requestId}`,
    aws: clients,
    clock: systemClock,
  });
}

/** Kept warm with the process. */
let clients: ReturnType<typeof createAwsClients> | undefined;
