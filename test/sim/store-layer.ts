import type { VirtualClock } from '../../lab/sim/clock.ts';
import { StoreBusyError } from '../../lib/store/errors.ts';
import type { Store } from '../../lib/store/store.ts';
import { awsError } from './aws-error.ts';
import type { Dice } from './dice.ts';
import type { CallWatch, Invocation } from './invocation.ts';
import type { Weather } from './weather.ts';

interface StoreParts {
  readonly clock: VirtualClock;
  readonly dice: Dice;
  readonly weather: Weather;
  readonly watch: CallWatch;
  /** Runs an operation with the invocation's own clock as the table's, as leases are written by it. */
  as<T>(invocation: Invocation, run: () => T): T;
}

/** The one table as one invocation sees it: latency, throttles, answers that are lost, and its death in between. */
export function storeFor(invocation: Invocation, store: Store, parts: StoreParts): Store {
  const { clock, dice, weather, watch } = parts;
  const through = <A extends readonly unknown[], R>(name: string, operation: (...args: A) => Promise<R>) => {
    return (...args: A): Promise<R> =>
      invocation.call(`store.${name}`, watch, async () => {
        const latency = dice.within(weather.storeLatency);
        await clock.sleep(latency / 2);
        if (dice.chance(weather.storeFailed)) {
          throw dice.chance(0.5)
            ? new StoreBusyError(name, 8)
            : awsError('ProvisionedThroughputExceededException', 400);
        }
        const result = await parts.as(invocation, () => operation(...args));
        await clock.sleep(latency / 2);
        if (dice.chance(weather.storeLostAnswer)) throw awsError('ECONNRESET', undefined);
        return result;
      });
  };
  return {
    wake: through('wake', store.wake),
    acquire: through('acquire', store.acquire),
    renew: through('renew', store.renew),
    release: through('release', store.release),
    memory: through('memory', store.memory),
    version: through('version', store.version),
    commit: through('commit', store.commit),
    setMode: through('setMode', store.setMode),
    putGenesis: through('putGenesis', store.putGenesis),
    putLaunch: through('putLaunch', store.putLaunch),
    putSuspicion: through('putSuspicion', store.putSuspicion),
    removeSuspicion: through('removeSuspicion', store.removeSuspicion),
    putRollout: through('putRollout', store.putRollout),
    putRotation: through('putRotation', store.putRotation),
    removeRecovery: through('removeRecovery', store.removeRecovery),
    decideRollout: through('decideRollout', store.decideRollout),
    decidePause: through('decidePause', store.decidePause),
    decideOrder: through('decideOrder', store.decideOrder),
    removeOrder: through('removeOrder', store.removeOrder),
    requestRecovery: through('requestRecovery', store.requestRecovery),
    status: through('status', store.status),
    putStatus: through('putStatus', store.putStatus),
    log: through('log', store.log),
    events: through('events', store.events),
  };
}
