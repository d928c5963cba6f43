import type { AwsClients } from '../aws/clients.ts';
import type { ClusterEntry } from '../aws/cluster-directory.ts';
import { createCommandRunner } from '../aws/run-command.ts';
import type { Clock } from '../clock.ts';
import { observeInfrastructure } from '../observe/infrastructure.ts';
import type { Observation, ProbeOutcome } from '../observe/observation.ts';
import { probeMachines } from '../observe/probe.ts';
import { createDynamoStore } from '../store/dynamo.ts';
import type { EventRecord, Store } from '../store/store.ts';

/** What an operator's commands work with. */
export interface Operator {
  readonly cluster: string;
  /** Who gives the commands; goes into the history and the event log. */
  readonly by: string;
  readonly store: Store;
  readonly clock: Clock;
  readonly aws: Pick<AwsClients, 'ec2' | 'ssm' | 'lambda'>;
  readonly reconcileFunction: string;
  /** EC2 and SSM, without asking the machines. */
  observe(): Promise<Observation>;
  probe(instanceIds: readonly string[]): Promise<ReadonlyMap<string, ProbeOutcome>>;
}

export function createOperator(options: {
  readonly entry: ClusterEntry;
  readonly by: string;
  readonly aws: AwsClients;
  readonly clock: Clock;
}): Operator {
  const { entry, by, aws, clock } = options;
  const { cluster, table, reconcileFunction } = entry;
  const { ec2, ssm, dynamo } = aws;
  const runner = createCommandRunner({ ssm, clock, cluster });
  return {
    cluster,
    by,
    store: createDynamoStore({ client: dynamo, table, cluster, clock }),
    clock,
    aws,
    reconcileFunction,
    observe: () => observeInfrastructure({ ec2, ssm, clock, cluster }),
    probe: (instanceIds) => probeMachines({ runner, instanceIds }),
  };
}

/** Writes into the cluster's event log what a person did. */
export async function logDecision(
  { store, clock, by }: Pick<Operator, 'store' | 'clock' | 'by'>,
  decision: {
    readonly kind?: EventRecord['kind'];
    readonly name: string;
    readonly subject: string;
    readonly reason: string;
  },
): Promise<void> {
  const { kind = 'action', name, subject, reason } = decision;
  await store.log([{ at: clock.now(), kind, name, subject, reason: `${reason} (by ${by})`, fence: undefined }]);
}
