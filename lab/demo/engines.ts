import { z } from 'zod';
import type { LabClient } from '../cli/client.ts';
import type { Machines } from './machines.ts';

/** A node as `docker node ls` on a manager shows it. */
export interface SeenNode {
  readonly id: string;
  /** The hostname is the instance id. */
  readonly hostname: string;
  readonly status: string;
  readonly availability: string;
  /** `Leader`, `Reachable`, `Unreachable`; empty for workers. */
  readonly managerStatus: string;
}

const Ran = z.object({ code: z.number(), stdout: z.string(), stderr: z.string() });
type Ran = z.infer<typeof Ran>;

const NodeLine = z.object({
  ID: z.string(),
  Hostname: z.string(),
  Status: z.string(),
  Availability: z.string(),
  ManagerStatus: z.string(),
});

/** Asks the Docker Engines themselves, in their machines, past the controller and past Systems Manager. */
export class Engines {
  readonly #lab: LabClient;
  readonly #machines: Machines;
  readonly #open = new Map<string, Promise<Ran>>();

  constructor(lab: LabClient, machines: Machines) {
    this.#lab = lab;
    this.#machines = machines;
  }

  get areReal(): boolean {
    return this.#lab.state.fleet === 'real';
  }

  async run(instanceId: string, command: readonly string[]): Promise<Ran> {
    return await this.#lab.post('exec', { instance: instanceId, command }, Ran);
  }

  /** Runs `docker …` on the first manager that carries it out. @throws AggregateError when none does */
  async onManager(command: readonly string[]): Promise<string> {
    const managers = await this.#machines.running('managers');
    return await Promise.any(managers.map(async ({ id }) => succeeded(await this.run(id, command))));
  }

  /** The list of the first manager that answers; `undefined` while none does. */
  async nodes(): Promise<readonly SeenNode[] | undefined> {
    const managers = await this.#machines.running('managers');
    const lists = managers.map(async ({ id }) => parseNodes(succeeded(await this.#list(id))));
    return await Promise.any(lists).catch(() => undefined);
  }

  /** While there is no leader an engine answers late: nobody is asked again before it has answered. */
  #list(instanceId: string): Promise<Ran> {
    const open = this.#open.get(instanceId);
    if (open !== undefined) return open;
    const asked = this.run(instanceId, ['docker', 'node', 'ls', '--format', '{{json .}}']).finally(() =>
      this.#open.delete(instanceId),
    );
    this.#open.set(instanceId, asked);
    return asked;
  }
}

function succeeded(ran: Ran): string {
  if (ran.code === 0) return ran.stdout;
  throw new Error(ran.stderr.trim() || `exit code ${ran.code}`);
}

function parseNodes(stdout: string): readonly SeenNode[] {
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => NodeLine.parse(JSON.parse(line)))
    .map(({ ID, Hostname, Status, Availability, ManagerStatus }) => ({
      id: ID,
      hostname: Hostname,
      status: Status,
      availability: Availability,
      managerStatus: ManagerStatus,
    }));
}
