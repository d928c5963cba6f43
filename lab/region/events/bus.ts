import { uuid } from '../ids.ts';
import type { ServiceError } from '../protocol/service-error.ts';
import type { BusEvent, RegionContext } from '../service.ts';
import type { Queues } from '../sqs/service.ts';
import { deliver, type Functions } from './delivery.ts';
import type { Rule } from './rule.ts';
import type { Envelope } from './target-input.ts';

/** An event that reached no target and had no dead-letter queue. */
export interface LostEvent {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly rule: string;
  readonly target: string;
  readonly error: { readonly code: string; readonly message: string };
}

export interface BusOptions {
  readonly context: RegionContext;
  readonly functions: Functions;
  readonly queues: Queues;
  /** Follows background work and keeps its failures. */
  readonly background: (what: string, work: Promise<void>) => void;
}

/** The default bus: its rules, and what they do with events and with time. */
export class Bus {
  readonly lost: LostEvent[] = [];
  readonly #options: BusOptions;
  readonly #rules = new Map<string, Rule>();
  /** Ends the schedule of a rule when it is changed or deleted. */
  readonly #schedules = new Map<string, AbortController>();
  readonly #stop = new AbortController();

  constructor(options: BusOptions) {
    this.#options = options;
  }

  rules(): readonly Rule[] {
    return [...this.#rules.values()].toSorted((a, b) => a.name.localeCompare(b.name));
  }

  find(name: string): Rule | undefined {
    return this.#rules.get(name);
  }

  /** Puts a rule in force. Its schedule starts anew only if that is what changed. */
  put(rule: Rule): void {
    const before = this.#rules.get(rule.name);
    this.#rules.set(rule.name, rule);
    const ticks = (each: Rule | undefined): string | undefined =>
      each?.state === 'DISABLED' ? undefined : each?.schedule?.text;
    if (ticks(before) === ticks(rule)) return;
    this.#schedules.get(rule.name)?.abort();
    if (ticks(rule) !== undefined && rule.schedule !== undefined) this.#start(rule.name, rule.schedule.periodMs);
  }

  remove(name: string): void {
    this.#rules.delete(name);
    this.#schedules.get(name)?.abort();
    this.#schedules.delete(name);
  }

  /** Gives an event to every rule whose pattern it matches. */
  publish(event: BusEvent, id = uuid(this.#options.context.random)): void {
    const envelope = this.#envelope(event, id);
    for (const rule of this.#rules.values()) {
      if (rule.state !== 'DISABLED' && rule.pattern?.matches(envelope) === true) this.#deliver(rule, envelope);
    }
  }

  /** No schedule ticks any more, and no delivery is tried again. */
  stop(): void {
    this.#stop.abort();
    for (const schedule of this.#schedules.values()) schedule.abort();
  }

  #envelope(event: BusEvent, id: string): Envelope {
    const { context } = this.#options;
    return {
      version: '0',
      id,
      'detail-type': event['detail-type'],
      source: event.source,
      account: context.account,
      // EventBridge's times have whole seconds.
      time: `${new Date(context.clock.now()).toISOString().slice(0, 19)}Z`,
      region: context.region,
      resources: event.resources,
      detail: event.detail,
    };
  }

  #deliver(rule: Rule, event: Envelope): void {
    const { context, functions, queues, background } = this.#options;
    const options = { clock: context.clock, functions, queues, signal: this.#stop.signal };
    for (const target of rule.targets.values()) {
      const lost = ({ code, message }: ServiceError): void => {
        this.lost.push({ at: context.clock.now(), rule: rule.name, target: target.arn, error: { code, message } });
      };
      const work = deliver(options, rule, target, event, lost);
      background(`rule ${rule.name} to ${target.arn}`, unlessAborted(work, this.#stop.signal));
    }
  }

  #start(name: string, periodMs: number): void {
    const { context, background } = this.#options;
    const controller = new AbortController();
    this.#schedules.set(name, controller);
    const tick = async (): Promise<void> => {
      for (;;) {
        await context.clock.sleep(periodMs, controller.signal);
        const rule = this.#rules.get(name);
        if (rule === undefined) return;
        const event = { source: 'aws.events', 'detail-type': 'Scheduled Event', resources: [rule.arn], detail: {} };
        this.#deliver(rule, this.#envelope(event, uuid(context.random)));
      }
    };
    background(`schedule of ${name}`, unlessAborted(tick(), controller.signal));
  }
}

async function unlessAborted(work: Promise<void>, signal: AbortSignal): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
