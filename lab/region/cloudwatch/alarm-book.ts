import type { RegionContext } from '../service.ts';
import type { AlarmDefinition } from './alarm.ts';
import { type AlarmState, evaluate, evaluationRange } from './evaluation.ts';
import type { MetricStore } from './metric-store.ts';

export interface Alarm {
  readonly arn: string;
  readonly definition: AlarmDefinition;
  readonly tags: Map<string, string>;
  readonly state: AlarmState;
  readonly reason: string;
  /** When it came to this state, milliseconds since the epoch. */
  readonly since: number;
}

/** One line of an alarm's history: a change of its state, or what became of an action. */
export interface AlarmHistory {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly alarm: string;
  readonly type: 'StateUpdate' | 'Action';
  readonly summary: string;
}

/** Tells whoever an action's ARN names. @throws Error when it may not, or there is no such thing */
export type Notify = (action: string, alarm: Alarm, former: AlarmState) => void;

const MINUTE = 60_000;

/** Alarms, judged at the end of each minute on what was measured. */
export class AlarmBook {
  readonly history: AlarmHistory[] = [];
  readonly #alarms = new Map<string, Alarm>();
  readonly #context: RegionContext;
  readonly #metrics: MetricStore;
  readonly #notify: Notify;

  constructor(options: { readonly context: RegionContext; readonly metrics: MetricStore; readonly notify: Notify }) {
    this.#context = options.context;
    this.#metrics = options.metrics;
    this.#notify = options.notify;
  }

  /** Another definition under the same name leaves the state as it is. */
  put(definition: AlarmDefinition, tags: ReadonlyMap<string, string>): void {
    const before = this.#alarms.get(definition.name);
    const { account, region, clock } = this.#context;
    this.#alarms.set(definition.name, {
      arn: `arn:aws:cloudwatch:${region}:${account}:alarm:${definition.name}`,
      tags: before?.tags ?? new Map(tags),
      state: before?.state ?? 'INSUFFICIENT_DATA',
      reason: before?.reason ?? 'Unchecked: Initial alarm creation',
      since: before?.since ?? clock.now(),
      definition,
    });
  }

  remove(name: string): void {
    this.#alarms.delete(name);
  }

  find(name: string): Alarm | undefined {
    return this.#alarms.get(name);
  }

  list(): readonly Alarm[] {
    return [...this.#alarms.values()].toSorted((a, b) => a.definition.name.localeCompare(b.definition.name));
  }

  /** Judges every alarm by the minutes that are over. */
  evaluate(): void {
    for (const alarm of this.#alarms.values()) {
      const { definition } = alarm;
      const periods = evaluationRange(definition.rule);
      const end = Math.floor(this.#context.clock.now() / MINUTE) * MINUTE;
      const range = { periodMs: definition.periodSeconds * 1000, periods, end };
      const points = this.#metrics.statistics(definition.metric, definition.statistic, range);
      const state = evaluate(definition.rule, points, alarm.state);
      if (state !== alarm.state) this.#change(alarm, state, reasonOf(definition, points));
    }
  }

  #change(before: Alarm, state: AlarmState, reason: string): void {
    const { clock, emit } = this.#context;
    const { definition, arn } = before;
    const alarm = { ...before, state, reason, since: clock.now() };
    this.#alarms.set(definition.name, alarm);
    this.#note(alarm, 'StateUpdate', `Alarm updated from ${before.state} to ${state}`);
    const told = (value: AlarmState, because: string, at: number) => ({
      value,
      reason: because,
      timestamp: new Date(at).toISOString(),
    });
    emit({
      source: 'aws.cloudwatch',
      'detail-type': 'CloudWatch Alarm State Change',
      resources: [arn],
      detail: {
        alarmName: definition.name,
        state: told(state, reason, alarm.since),
        previousState: told(before.state, before.reason, before.since),
      },
    });
    if (!definition.actionsEnabled) return;
    for (const action of definition.actions[state]) {
      try {
        this.#notify(action, alarm, before.state);
        this.#note(alarm, 'Action', `Successfully executed action ${action}`);
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        this.#note(alarm, 'Action', `Failed to execute action ${action}. Received error: "${why}"`);
      }
    }
  }

  #note({ definition }: Alarm, type: AlarmHistory['type'], summary: string): void {
    this.history.push({ at: this.#context.clock.now(), alarm: definition.name, type, summary });
    if (this.history.length > MOST_HISTORY) this.history.shift();
  }
}

const MOST_HISTORY = 10_000;

function reasonOf({ rule }: AlarmDefinition, points: readonly (number | undefined)[]): string {
  const seen = points.map((point) => point ?? 'missing').join(', ');
  return `Of the data points [${seen}], ${rule.datapointsToAlarm} of ${rule.evaluationPeriods} are judged by ${rule.comparison} ${rule.threshold}; missing ones: ${rule.missingData}.`;
}
