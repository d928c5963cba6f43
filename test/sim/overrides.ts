import type { SimulatedFleet } from '../../lab/machines/simulated/fleet.ts';
import type { RegionSettings } from '../../lab/region/settings.ts';
import type { plan } from '../../lib/plan/plan.ts';
import type { PassDependencies } from '../../lib/reconcile/pass.ts';
import type { ReconcileDependencies, reconcile } from '../../lib/reconcile/reconcile.ts';
import type { Store } from '../../lib/store/store.ts';
import type { Carry } from './clients.ts';

/** Puts something else in place of a part of the system: each is given the real one. For planted bugs. */
export interface Overrides {
  readonly settings?: Partial<RegionSettings>;
  plan?(real: typeof plan): typeof plan;
  observe?(real: PassDependencies['observe']): PassDependencies['observe'];
  probe?(real: PassDependencies['probe']): PassDependencies['probe'];
  perform?(real: PassDependencies['perform']): PassDependencies['perform'];
  /** The table itself, before any invocation: shared by all of them. */
  table?(real: Store): Store;
  /** The table as one invocation uses it. */
  store?(real: Store): Store;
  /** AWS calls as one invocation makes them. */
  carry?(real: Carry): Carry;
  /** The loop as a whole. */
  reconcile?(real: typeof reconcile): typeof reconcile;
  dependencies?(real: ReconcileDependencies): ReconcileDependencies;
  /** The machines, with their boot script and documents; change it in place. */
  machines?(fleet: SimulatedFleet): void;
}
