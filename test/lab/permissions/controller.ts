import type { EC2Client } from '@aws-sdk/client-ec2';
import type { SSMClient } from '@aws-sdk/client-ssm';
import { perform } from '../../../lib/act/perform.ts';
import { createLaunchPace } from '../../../lib/aws/launch-pace.ts';
import { createCommandRunner } from '../../../lib/aws/run-command.ts';
import type { Clock } from '../../../lib/clock.ts';
import { observeInfrastructure } from '../../../lib/observe/infrastructure.ts';
import type { Observation } from '../../../lib/observe/observation.ts';
import { probeMachines } from '../../../lib/observe/probe.ts';
import { type ReconcileDependencies, reconcile } from '../../../lib/reconcile/reconcile.ts';
import type { Store } from '../../../lib/store/store.ts';

interface ControllerParts {
  readonly clock: Clock;
  readonly cluster: string;
  readonly store: Store;
  readonly ec2: EC2Client;
  readonly ssm: SSMClient;
  /** Told of each observation. */
  observed?(observation: Observation): void;
}

const TIME_LIMIT = 300_000;
/** The schedule's minute, and an event in between. */
const WAKES_EVERY = 15_000;

/** As `lambdas/reconcile` puts it together, on a role's clients. */
export function assembleReconciler({ clock, cluster, store, ec2, ssm, observed }: ControllerParts, owner: string) {
  const runner = createCommandRunner({ ssm, clock, cluster });
  const pace = createLaunchPace(clock);
  return {
    owner,
    cluster,
    clock,
    store,
    async observe() {
      const observation = await observeInfrastructure({ ec2, ssm, clock, cluster });
      observed?.(observation);
      return observation;
    },
    probe: (instanceIds) => probeMachines({ runner, instanceIds }),
    perform: (action, context) => perform(action, { ...context, store, ec2, runner, clock, pace }),
  } satisfies ReconcileDependencies;
}

/** Invokes the reconciler again and again, one invocation at a time, until `isOver`. `failed` is told what one threw. */
export async function runController(
  parts: ControllerParts,
  isOver: () => boolean,
  failed: (error: unknown) => void,
): Promise<void> {
  const { clock } = parts;
  for (let number = 1; !isOver(); number += 1) {
    const began = clock.monotonic();
    try {
      await reconcile(assembleReconciler(parts, `reconcile/${number}`), () => TIME_LIMIT + began - clock.monotonic());
    } catch (error) {
      failed(error);
    }
    await clock.sleep(WAKES_EVERY);
  }
}
