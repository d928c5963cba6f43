import { LambdaClient } from '@aws-sdk/client-lambda';
import type { Region } from '../../lab/region/region.ts';
import type { VirtualClock } from '../../lab/sim/clock.ts';
import { DeploymentError } from '../../lib/deployment/errors.ts';
import { tearDown } from '../../lib/deployment/tear-down.ts';
import type { Store } from '../../lib/store/store.ts';
import { clientsOver, directCarrier } from './clients.ts';
import { Invocation } from './invocation.ts';
import type { Timeline } from './timeline.ts';
import type { Truth } from './truth.ts';

/** How long the function that serves the deletion may run: lib/constructs/deployment.ts. */
const TIME_LIMIT = 14 * 60_000;
/** A request that was on its way when the mode changed. */
const ON_ITS_WAY = 15_000;

interface RemovalParts {
  readonly region: Region;
  readonly clock: VirtualClock;
  readonly cluster: string;
  readonly truth: Truth;
  readonly timeline: Timeline;
  report(rule: string, what: string): void;
  /** The table as this function uses it. */
  store(invocation: Invocation): Store;
}

/** Somebody deletes the stack while faults are at work: the real tear-down beside the reconcile function. */
export class Removal {
  readonly #parts: RemovalParts;
  /** Since when nothing may be launched any more. */
  #removingSince: number | undefined;
  readonly #strays = new Set<string>();
  begun = false;
  #done = false;

  constructor(parts: RemovalParts) {
    this.#parts = parts;
  }

  async begin(): Promise<void> {
    const { clock, timeline } = this.#parts;
    this.begun = true;
    timeline.add('user', 'deletes the stack');
    while (!this.#done) {
      try {
        await this.#tearDown();
        this.#done = true;
        timeline.add('user', 'the machines are removed');
      } catch (error) {
        if (!(error instanceof DeploymentError)) throw error;
        timeline.add('user', `deletes the stack again: ${error.message}`);
        await clock.sleep(5_000);
      }
    }
  }

  async #tearDown(): Promise<void> {
    const { region, clock, cluster } = this.#parts;
    const invocation = new Invocation({ id: 0, base: clock, skew: 0, deadline: clock.monotonic() + TIME_LIMIT });
    const store = this.#parts.store(invocation);
    const watched: Store = {
      ...store,
      setMode: async (lease, mode) => {
        await store.setMode(lease, mode);
        this.#removingSince ??= clock.monotonic();
      },
    };
    unused ??= new LambdaClient({ region: 'us-east-1' });
    const clients = clientsOver(directCarrier(region));
    const tools = {
      cluster,
      store: watched,
      ...clients,
      lambda: unused,
      reconcileFunction: '',
      clock,
      owner: 'deletion',
    };
    await tearDown(tools, { giveUpAt: invocation.deadline, signal: new AbortController().signal });
  }

  /** A launch of the reconcile function is about to take effect. */
  launches(invocation: Invocation, input: object): void {
    const { region, clock, report } = this.#parts;
    const token: unknown = Reflect.get(input, 'ClientToken');
    if (this.#removingSince === undefined || typeof token !== 'string' || region.inside.ec2.launches.has(token)) return;
    const since = clock.monotonic() - this.#removingSince;
    // Nothing can hold back what was decided before a freeze: docs/reliability.md.
    if (invocation.isJustThawed) this.#strays.add(token);
    else if (since >= ON_ITS_WAY)
      report('nothing-is-launched-in-removal', `${invocation.name} launches ${since} ms after the removal began`);
  }

  /** Why it is not over; empty when it is. */
  flaws(): string[] {
    const left = this.#parts.truth
      .instances()
      .filter(({ state, clientToken }) => state !== 'terminated' && !this.#strays.has(clientToken ?? ''))
      .map(({ id, state }) => `${id} is ${state}`);
    return this.#done ? left : [...left, 'the deletion is not over'];
  }
}

/** A removal invokes nothing, but its tools have the client. */
let unused: LambdaClient | undefined;
