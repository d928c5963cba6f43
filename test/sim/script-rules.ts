import type { AgentResult, AgentTask } from '../../lab/machines/host.ts';

/** How scripts end that did nothing: wrong machine, stale fence, busy, too late, repeated (templates/README.md), or killed by their agent. */
const NOTHING_DONE: ReadonlySet<number> = new Set([10, 11, 12, 15, 16, 137]);

/** The rule about late and doubled commands: once a machine has served a newer lease, it serves no older one. */
export class ScriptRules {
  readonly #report: (rule: string, what: string) => void;
  /** The highest fence under which a machine has done something, in one of its lives. */
  readonly #served = new Map<string, number>();
  readonly #tasks = new Map<string, { readonly machine: string; readonly task: AgentTask; readonly served: number }>();

  constructor(report: (rule: string, what: string) => void) {
    this.#report = report;
  }

  /** @param machine one life of it, from power-on to power-off: what it has seen is forgotten with the power */
  began(machine: string, task: AgentTask): void {
    const served = this.#served.get(machine) ?? 0;
    this.#tasks.set(`${machine} ${task.commandId}`, { machine, task, served });
  }

  ended(machine: string, { commandId, exitCode }: AgentResult): void {
    const begun = this.#tasks.get(`${machine} ${commandId}`);
    const given = begun?.task.parameters['fence']?.[0];
    if (begun === undefined || given === undefined || NOTHING_DONE.has(exitCode)) return;
    const fence = Number(given);
    if (fence < begun.served) {
      this.#report(
        'stale-fence-refused',
        `${begun.task.documentName} under fence ${fence} runs on ${machine}, which has served ${begun.served}`,
      );
    }
    this.#served.set(machine, Math.max(fence, this.#served.get(machine) ?? 0));
  }
}
