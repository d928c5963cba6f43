import { type Lease, LeaseLostError, type Store } from '../../../lib/store/store.ts';
import type { PlantedBug } from './planted-bug.ts';

/** Bugs in the lease, and in the loop that lives by it. */
export const leaseBugs: readonly PlantedBug[] = [
  {
    name: 'lease-without-fence',
    breaks: 'whoever once held the lease may write and renew as long as anybody holds it',
    caughtBy: ['writes-are-fenced', 'one-acts-at-a-time', 'fence-grows'],
    plant: () => ({ table: withoutFence }),
  },
  {
    name: 'lease-never-expires',
    breaks: 'the lease of a function that was killed is never taken over',
    caughtBy: ['whole-again', 'whole-from-nothing'],
    plant: () => ({
      table: (real) => {
        let held = false;
        return {
          ...real,
          async acquire(owner) {
            if (held) return { acquired: false, owner: 'somebody', until: Number.POSITIVE_INFINITY };
            const acquisition = await real.acquire(owner);
            held ||= acquisition.acquired;
            return acquisition;
          },
          async release(lease, seen) {
            const release = await real.release(lease, seen);
            if (release === 'released') held = false;
            return release;
          },
        };
      },
    }),
  },
  {
    name: 'lease-expires-at-once',
    breaks: 'everybody who asks for the lease gets it, whoever holds it',
    caughtBy: ['one-acts-at-a-time', 'no-wake-up-is-lost'],
    plant: () => ({ table: forEverybody }),
  },
  {
    name: 'lost-wake-up',
    breaks: 'the lease is given back without a look at the wake-up counter',
    caughtBy: ['no-wake-up-is-lost'],
    plant: () => ({
      store: (real) => ({
        ...real,
        async release(lease) {
          const { wanted } = await real.renew(lease);
          return await real.release(lease, wanted);
        },
      }),
    }),
  },
  {
    name: 'acts-after-the-lease-is-lost',
    breaks: 'a renewal that is refused is taken for one that was granted',
    caughtBy: ['one-acts-at-a-time'],
    plant: () => ({
      store: (real) => {
        let wanted = 0;
        return {
          ...real,
          async renew(lease) {
            try {
              ({ wanted } = await real.renew(lease));
            } catch (error) {
              if (!(error instanceof LeaseLostError)) throw error;
            }
            return { wanted };
          },
        };
      },
    }),
  },
];

function withoutFence(real: Store): Store {
  let newest: Lease | undefined;
  const forAnyone = <A extends readonly unknown[], R>(write: (lease: Lease, ...rest: A) => Promise<R>) => {
    return (lease: Lease, ...rest: A) => write(newest ?? lease, ...rest);
  };
  return {
    ...real,
    async acquire(owner) {
      const acquisition = await real.acquire(owner);
      if (acquisition.acquired) newest = acquisition.lease;
      return acquisition;
    },
    renew: forAnyone(real.renew),
    setMode: forAnyone(real.setMode),
    putGenesis: forAnyone(real.putGenesis),
    putLaunch: forAnyone(real.putLaunch),
    putSuspicion: forAnyone(real.putSuspicion),
    removeSuspicion: forAnyone(real.removeSuspicion),
    putStatus: forAnyone(real.putStatus),
  };
}

function forEverybody(real: Store): Store {
  let holder: Lease | undefined;
  return {
    ...real,
    async acquire(owner) {
      if (holder !== undefined) {
        const { wanted } = await real.renew(holder);
        await real.release(holder, wanted);
      }
      const acquisition = await real.acquire(owner);
      holder = acquisition.acquired ? acquisition.lease : undefined;
      return acquisition;
    },
    async release(lease, seen) {
      const release = await real.release(lease, seen);
      if (release === 'released') holder = undefined;
      return release;
    },
  };
}
