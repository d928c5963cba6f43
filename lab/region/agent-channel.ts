import type { Clock } from '../../lib/clock.ts';
import type { AgentGate, AgentResult, AgentTask } from '../machines/host.ts';

/** A poll is answered after this long with no task. */
export const POLL_MILLISECONDS = 20_000;
/** An agent that does not poll again within this long after an answer is gone. */
export const SILENCE_MILLISECONDS = 5_000;

interface Session {
  /** Tells one run of an agent from the next one, after a reboot. */
  readonly agent: string;
  readonly waiting: AgentTask[];
  hangUp: () => void;
  /** The newest poll: only this one takes tasks, and only its end counts. */
  poll: number;
  /** Wakes the open poll. */
  wake: (() => void) | undefined;
  /** Calls off the watch that ends a silent session. */
  watch: AbortController | undefined;
}

/**
 * How agents of real machines reach the gate: by long polls. The first poll of an agent connects it; it is
 * disconnected when it is silent after an answer, or when its open poll is broken off.
 */
export class AgentChannel {
  readonly #gate: AgentGate;
  readonly #clock: Clock;
  readonly #sessions = new Map<string, Session>();

  constructor(gate: AgentGate, clock: Clock) {
    this.#gate = gate;
    this.#clock = clock;
  }

  /**
   * Resolves with tasks as soon as there are some, or with none after 20 s. `gone` is aborted when the connection
   * closes; what would have been delivered to it then is lost with it, like a command on a machine that dies.
   */
  async poll(instanceId: string, agent: string, gone: AbortSignal): Promise<readonly AgentTask[]> {
    const session = this.#session(instanceId, agent);
    session.watch?.abort();
    session.wake?.();
    session.poll += 1;
    const mine = session.poll;
    if (session.waiting.length === 0) await this.#wait(session, gone);
    if (session.poll !== mine || this.#sessions.get(instanceId) !== session) return [];
    if (gone.aborted) {
      this.#end(instanceId, session);
      return [];
    }
    this.#watch(instanceId, session);
    return session.waiting.splice(0);
  }

  report(instanceId: string, result: AgentResult): void {
    this.#gate.report(instanceId, result);
  }

  /** Hangs up for all: the gateway closes. */
  close(): void {
    for (const [instanceId, session] of this.#sessions) this.#end(instanceId, session);
  }

  #session(instanceId: string, agent: string): Session {
    const before = this.#sessions.get(instanceId);
    if (before?.agent === agent) return before;
    if (before !== undefined) this.#end(instanceId, before);
    const session: Session = { agent, waiting: [], hangUp: () => {}, poll: 0, wake: undefined, watch: undefined };
    // What waited for the agent is delivered while it connects: the session has to be there before.
    session.hangUp = this.#gate.connect(instanceId, (task) => {
      session.waiting.push(task);
      session.wake?.();
    });
    this.#sessions.set(instanceId, session);
    return session;
  }

  async #wait(session: Session, gone: AbortSignal): Promise<void> {
    const timer = new AbortController();
    await new Promise<void>((resolve) => {
      const done = () => {
        if (session.wake === done) session.wake = undefined;
        gone.removeEventListener('abort', done);
        timer.abort();
        resolve();
      };
      session.wake = done;
      gone.addEventListener('abort', done);
      if (gone.aborted) done();
      this.#clock.sleep(POLL_MILLISECONDS, timer.signal).then(done, () => done());
    });
  }

  #watch(instanceId: string, session: Session): void {
    const watch = new AbortController();
    session.watch = watch;
    this.#clock.sleep(SILENCE_MILLISECONDS, watch.signal).then(
      () => this.#end(instanceId, session),
      () => {
        // Called off by the next poll, or by the end of the session.
      },
    );
  }

  #end(instanceId: string, session: Session): void {
    if (this.#sessions.get(instanceId) === session) this.#sessions.delete(instanceId);
    session.watch?.abort();
    session.hangUp();
    session.wake?.();
  }
}
