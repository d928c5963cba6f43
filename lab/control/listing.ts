import { TAG } from '../../lib/names.ts';
import type { Lab } from '../lab.ts';

/** What `ps` shows. Times are milliseconds since the epoch. */
export interface Listing {
  readonly instances: readonly InstanceLine[];
  readonly functions: readonly FunctionLine[];
  readonly queues: readonly QueueLine[];
  readonly now: number;
}

export interface InstanceLine {
  readonly id: string;
  readonly group: string | undefined;
  readonly logicalId: string | undefined;
  readonly address: string;
  readonly zone: string;
  readonly state: string;
  readonly launchedAt: number;
}

export interface FunctionLine {
  readonly name: string;
  readonly busy: number;
  readonly idle: number;
  /** Events accepted and not at their end, those that run included. */
  readonly undelivered: number;
  readonly invocations: number;
  readonly errors: number;
}

export interface QueueLine {
  readonly name: string;
  readonly visible: number;
  readonly inFlight: number;
}

export function listLab(lab: Lab): Listing {
  const runs = lab.journal.list();
  return {
    now: lab.region.context.clock.now(),
    instances: lab.region.ec2.instances().map((instance) => ({
      id: instance.instanceId,
      group: instance.tags[TAG.group],
      logicalId: instance.tags[TAG.logicalId],
      address: instance.privateIp,
      zone: instance.zone,
      state: instance.state,
      launchedAt: instance.launchedAt,
    })),
    functions: lab.services.lambda.functions().map(({ fn, processes, undelivered }) => {
      const own = runs.filter(({ functionName }) => functionName === fn.name);
      return {
        name: fn.name,
        ...processes,
        undelivered,
        invocations: own.length,
        errors: own.filter(({ error }) => error !== undefined).length,
      };
    }),
    queues: lab.services.sqs.queues.list().map((queue) => {
      const { visible, inFlight } = queue.counts();
      return { name: queue.name, visible, inFlight };
    }),
  };
}
