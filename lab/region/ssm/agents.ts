import type { AgentTask } from '../../machines/host.ts';

/** An instance's agent as Systems Manager knows it. */
export interface AgentRecord {
  readonly instanceId: string;
  readonly registeredAt: number;
  /** How to reach it, while it is connected. */
  deliver: ((task: AgentTask) => void) | undefined;
  /** When it was last known to be there. */
  seenAt: number;
}

/** Who is connected. An agent that comes back replaces itself. */
export class Agents {
  readonly #now: () => number;
  readonly #lostAfter: number;
  readonly #records = new Map<string, AgentRecord>();
  /** Told after an agent has connected. */
  onConnect: (instanceId: string) => void = () => {};
  /** May this machine's agent speak with Systems Manager? One that may not is never registered. */
  admits: (instanceId: string) => boolean = () => true;

  constructor(now: () => number, lostAfterMilliseconds: number) {
    this.#now = now;
    this.#lostAfter = lostAfterMilliseconds;
  }

  connect(instanceId: string, deliver: (task: AgentTask) => void): () => void {
    if (!this.admits(instanceId)) return () => {};
    const now = this.#now();
    const registeredAt = this.#records.get(instanceId)?.registeredAt ?? now;
    const record: AgentRecord = { instanceId, registeredAt, deliver, seenAt: now };
    this.#records.set(instanceId, record);
    this.onConnect(instanceId);
    return () => this.#hangUp(record);
  }

  #hangUp(record: AgentRecord): void {
    if (record.deliver === undefined) return;
    record.deliver = undefined;
    record.seenAt = this.#now();
  }

  /** The machine is down: whatever the connection says, nobody is there. */
  lost(instanceId: string): void {
    const record = this.#records.get(instanceId);
    if (record !== undefined) this.#hangUp(record);
  }

  find(instanceId: string): AgentRecord | undefined {
    return this.#records.get(instanceId);
  }

  all(): readonly AgentRecord[] {
    return [...this.#records.values()];
  }

  /** Connected, or not yet found out to be gone. */
  online(record: AgentRecord): boolean {
    return record.deliver !== undefined || this.#now() - record.seenAt < this.#lostAfter;
  }

  /** For `LastPingDateTime`. */
  lastPing(record: AgentRecord): number {
    return record.deliver === undefined ? record.seenAt : this.#now();
  }
}
