import type { Lease, Store } from '../../lib/store/store.ts';

/**
 * Rules about what is written before something is done: a launch is on record before it is asked for, and nothing is
 * written under a lease that somebody else has taken since. Watched at the table, past all lost answers.
 */
export class IntentRules {
  readonly #report: (rule: string, what: string) => void;
  readonly #intended = new Set<string>();
  #newestFence = 0;

  constructor(report: (rule: string, what: string) => void) {
    this.#report = report;
  }

  watch(store: Store): Store {
    const fenced = <A extends readonly unknown[]>(name: string, write: (lease: Lease, ...rest: A) => Promise<void>) => {
      return async (lease: Lease, ...rest: A): Promise<void> => {
        const newest = this.#newestFence;
        await write(lease, ...rest);
        if (lease.fence >= newest) return;
        this.#report('writes-are-fenced', `${name} under fence ${lease.fence}, the newest is ${newest}`);
      };
    };
    return {
      ...store,
      acquire: async (owner) => {
        const acquisition = await store.acquire(owner);
        if (acquisition.acquired) this.#newestFence = Math.max(this.#newestFence, acquisition.lease.fence);
        return acquisition;
      },
      setMode: fenced('setMode', store.setMode),
      putGenesis: fenced('putGenesis', store.putGenesis),
      putLaunch: fenced('putLaunch', async (lease, record) => {
        await store.putLaunch(lease, record);
        this.#intended.add(record.request.clientToken);
      }),
      putSuspicion: fenced('putSuspicion', store.putSuspicion),
      removeSuspicion: fenced('removeSuspicion', store.removeSuspicion),
      putStatus: fenced('putStatus', store.putStatus),
    };
  }

  /** A call is about to take effect. */
  called(invocation: string, name: string, input: object): void {
    if (name !== 'RunInstances') return;
    const token: unknown = Reflect.get(input, 'ClientToken');
    if (typeof token === 'string' && this.#intended.has(token)) return;
    this.#report('intent-before-effect', `${invocation} launches under a token that is in no launch record`);
  }
}
