import type { ServiceInputTypes, ServiceOutputTypes } from '@aws-sdk/client-ec2';
import type { ActContext } from '../../../lib/act/context.ts';
import { createLaunchPace } from '../../../lib/aws/launch-pace.ts';
import type { CommandOrder, CommandOutcome } from '../../../lib/aws/run-command.ts';
import type { FormerGroup } from '../../../lib/plan/world.ts';
import { createMemoryStore } from '../../../lib/store/memory.ts';
import { committed, NOW } from '../../support/cluster.ts';
import { fakeEc2 } from '../../support/fake-aws.ts';
import { createVirtualClock } from '../../support/virtual-clock.ts';

/** An EC2 that does as told and a Systems Manager whose scripts end as told; what they were asked is kept. */
export async function actor(
  options: {
    readonly ec2?: (command: string, input: ServiceInputTypes) => Omit<ServiceOutputTypes, '$metadata'>;
    readonly former?: ReadonlyMap<string, FormerGroup>;
    /** @default always */
    readonly isCurrent?: () => boolean;
    readonly script?: (order: CommandOrder, instanceId: string) => CommandOutcome;
  } = {},
) {
  const clock = createVirtualClock(NOW);
  const store = createMemoryStore({ clock, cluster: 'demo' });
  const acquired = await store.acquire('me');
  if (!acquired.acquired) throw new Error('the lease of a new store was not free');
  const calls: { command: string; input: ServiceInputTypes }[] = [];
  const orders: CommandOrder[] = [];
  const names: string[] = [];
  const pace = createLaunchPace(clock);
  const script = options.script ?? (() => finished(0));
  return {
    calls,
    orders,
    /** Which name each command had. */
    names,
    store,
    clock,
    lease: acquired.lease,
    /** With the records as the store has them now. */
    async context(): Promise<ActContext> {
      const { records } = await store.memory();
      return {
        committed: committed(),
        records,
        former: options.former ?? new Map(),
        lease: acquired.lease,
        isCurrent: options.isCurrent ?? (() => true),
        store,
        clock,
        pace,
        ec2: fakeEc2((command, input) => {
          calls.push({ command, input });
          return { ...options.ec2?.(command, input), $metadata: {} };
        }),
        runner: {
          run: async (order) => {
            const { order: name, ...parameters } = order.parameters;
            if (name !== undefined) names.push(name);
            orders.push({ ...order, parameters });
            return new Map(order.instanceIds.map((id) => [id, script(order, id)]));
          },
        },
      };
    },
  };
}

export function finished(exitCode: number, stderr = '', stdout = ''): CommandOutcome {
  return { kind: 'finished', exitCode, stdout, stderr };
}
