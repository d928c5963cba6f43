import type { Clock } from '../../lib/clock.ts';
import type { Background } from './background.ts';
import type { Random } from './ids.ts';
import type { BusEvent } from './service.ts';
import type { RegionSettings } from './settings.ts';

export type EventListener = (event: BusEvent) => void;

interface BusParts {
  readonly clock: Clock;
  readonly random: Random;
  readonly settings: Pick<RegionSettings, 'eventDelayMilliseconds' | 'eventLossRate'>;
  readonly background: Background;
}

/** The default bus as its source sees it: events go out in order, may be late, and may be lost. */
export class EventBus {
  readonly #parts: BusParts;
  readonly #listeners = new Set<EventListener>();

  constructor(parts: BusParts) {
    this.#parts = parts;
  }

  listen(listener: EventListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  emit(event: BusEvent): void {
    const { settings, random, background } = this.#parts;
    if (settings.eventLossRate > 0 && random() < settings.eventLossRate) return;
    if (settings.eventDelayMilliseconds === 0) this.#tell(event);
    else background.run(`event ${event['detail-type']}`, this.#later(event, settings.eventDelayMilliseconds));
  }

  async #later(event: BusEvent, milliseconds: number): Promise<void> {
    await this.#parts.clock.sleep(milliseconds);
    this.#tell(event);
  }

  /** A listener that throws must not stop what emitted. */
  #tell(event: BusEvent): void {
    for (const listener of this.#listeners) {
      try {
        listener(event);
      } catch (error) {
        this.#parts.background.fail(`listener of ${event['detail-type']}`, error);
      }
    }
  }
}
