import type { Engine } from './engine.ts';

/** Engines of machines that have power: by instance id, and by address, as everything in Swarm is found by address. */
export class Engines {
  readonly #byId = new Map<string, Engine>();
  readonly #byAddress = new Map<string, Set<Engine>>();
  /** In the order of their adding. */
  readonly #serials = new Map<Engine, number>();
  #next = 1;

  get(instanceId: string): Engine | undefined {
    return this.#byId.get(instanceId);
  }

  add(engine: Engine): void {
    this.remove(engine.instanceId);
    this.#byId.set(engine.instanceId, engine);
    const there = this.#byAddress.get(engine.address) ?? new Set();
    this.#byAddress.set(engine.address, there.add(engine));
    this.#serials.set(engine, this.#next);
    this.#next += 1;
  }

  remove(instanceId: string): void {
    const engine = this.#byId.get(instanceId);
    if (engine === undefined) return;
    this.#byId.delete(instanceId);
    this.#serials.delete(engine);
    const there = this.#byAddress.get(engine.address);
    there?.delete(engine);
    if (there?.size === 0) this.#byAddress.delete(engine.address);
  }

  values(): Iterable<Engine> & Iterator<Engine> {
    return this.#byId.values();
  }

  /** The engine whose process runs at this address, if any. */
  runningAt(address: string): Engine | undefined {
    for (const engine of this.#byAddress.get(address) ?? []) if (engine.process === 'up') return engine;
    return undefined;
  }

  /** These engines in the order of all, without those that are not there. */
  inOrder(some: Iterable<Engine>): Engine[] {
    const serial = (engine: Engine) => this.#serials.get(engine) ?? 0;
    return [...some].filter((engine) => this.#serials.has(engine)).sort((a, b) => serial(a) - serial(b));
  }
}
