import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fleet } from '../../../lab/machines/fleet.ts';
import type { AgentResult } from '../../../lab/machines/host.ts';
import { createRealFleet, DEFAULT_CACHE_DIRECTORY, destroyLeftovers } from '../../../lab/machines/real/fleet.ts';
import { checkHost, HostUnfitError } from '../../../lab/machines/real/requirements.ts';
import { renderBoot } from '../../../lib/flavors/boot.ts';
import { documentScript } from '../../../lib/flavors/documents.ts';
import type { DocumentKey } from '../../../lib/names.ts';
import type { MachineProbe, SwarmNode } from '../../../lib/observe/observation.ts';
import { parseProbeReport } from '../../../lib/observe/probe-report.ts';
import { committed } from '../../support/cluster.ts';
import { MachineGateway } from './machine-gateway.ts';

/** Why no real machine runs here; `false`: they do. */
export async function unfit(): Promise<string | false> {
  try {
    await checkHost(process.env['PATH'] ?? '');
    return false;
  } catch (error) {
    if (error instanceof HostUnfitError) return error.message;
    throw error;
  }
}

export interface Machine {
  readonly instanceId: string;
  readonly privateIp: string;
}

/** Milliseconds for what a Swarm does by itself; the longest of it, an election after a reboot, took half of that. */
const PATIENCE = 60_000;

const BOOTED = `for i in {1..1200}; do
  case $(cat /run/everswarm/boot 2>/dev/null) in done | failed*) break ;; esac
  sleep 0.05
done
cat /run/everswarm/boot`;

/** A few real machines, on which the documents run as Systems Manager would run them. */
export class RealCluster implements AsyncDisposable {
  readonly gateway = new MachineGateway();
  readonly fleet: Fleet;
  readonly #name: string;
  readonly #directory: string;
  #fence = 0;

  private constructor(name: string, directory: string) {
    this.#name = name;
    this.#directory = directory;
    this.fleet = createRealFleet({
      name,
      stateDirectory: join(directory, 'state'),
      cacheDirectory: DEFAULT_CACHE_DIRECTORY,
      gatewaySocket: join(directory, 'gateway.sock'),
    });
  }

  static async create(name: string): Promise<RealCluster> {
    const directory = await mkdtemp(join(tmpdir(), 'everswarm-scripts-'));
    const cluster = new RealCluster(name, directory);
    await cluster.gateway.listen(join(directory, 'gateway.sock'));
    await cluster.fleet.prepare(() => {});
    return cluster;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.fleet.destroy();
    this.gateway.close();
    await destroyLeftovers(this.#name, join(this.#directory, 'state'));
    await rm(this.#directory, { recursive: true, force: true });
  }

  /** A manager with a volume, else a worker. */
  async boot(machine: Machine, volumeId?: string): Promise<void> {
    const number = machine.privateIp.split('.').map((part) => Number(part).toString(16).padStart(2, '0'));
    const order = { ...machine, macAddress: `02:00:${number.join(':')}`, vpcCidr: '10.42.0.0/16' };
    const pet = volumeId === undefined ? {} : { logicalId: machine.privateIp, volumeId };
    const group = volumeId === undefined ? 'workers' : 'managers';
    this.gateway.put(machine.privateIp, { ...order, userData: renderBoot({ committed: committed(), group, ...pet }) });
    await this.fleet.boot(order);
    if (volumeId !== undefined) await this.fleet.attach(machine.instanceId, volumeId);
    await this.settled(machine);
  }

  async settled(machine: Machine): Promise<void> {
    assert.equal((await this.shell(machine, BOOTED)).stdout.trim(), 'done');
  }

  shell(machine: Machine, script: string): Promise<AgentResult> {
    return this.gateway.run(machine.privateIp, script);
  }

  async effect(machine: Machine, key: DocumentKey, parameters: Record<string, string> = {}): Promise<AgentResult> {
    this.#fence += 1;
    const values: Record<string, string> = { instances: machine.instanceId, fence: String(this.#fence), ...parameters };
    const script = documentScript('demo', key).replace(/\{\{ (\w+) \}\}/g, (_, name: string) => values[name] ?? '');
    return await this.shell(machine, script);
  }

  /** @returns what it printed */
  async succeed(machine: Machine, key: DocumentKey, parameters: Record<string, string> = {}): Promise<string> {
    const result = await this.effect(machine, key, parameters);
    assert.equal(result.exitCode, 0, `${key} on ${machine.instanceId}: ${result.stderr}`);
    return result.stdout.trim();
  }

  async refused(
    code: number,
    machine: Machine,
    key: DocumentKey,
    parameters: Record<string, string> = {},
  ): Promise<void> {
    const result = await this.effect(machine, key, parameters);
    assert.equal(result.exitCode, code, `${key} on ${machine.instanceId}: ${result.stdout}${result.stderr}`);
  }

  async probe(machine: Machine): Promise<MachineProbe> {
    const parsed = parseProbeReport(`${await this.succeed(machine, 'probe')}\n`);
    assert.ok(parsed.ok, JSON.stringify(parsed));
    return parsed.probe;
  }

  /**
   * How the one sees the other, as soon as it is so: after a reboot or a change of managers there may be no leader for a
   * while, and then a probe takes 6 s.
   */
  async seen(from: Machine, machine: Machine, isSo: (node: SwarmNode) => boolean = () => true): Promise<SwarmNode> {
    const isThere = async () => {
      const { nodes } = await this.probe(from);
      return nodes?.find((node) => node.hostname === machine.instanceId && isSo(node));
    };
    return await this.#eventually(from, isThere);
  }

  /** Until the engine itself says that it is no manager any more, which it learns some seconds after the others. */
  async demoted(machine: Machine): Promise<void> {
    await this.#eventually(machine, async () => {
      const { engine } = await this.probe(machine);
      return engine.state === 'up' && engine.localState === 'active' && !engine.controlAvailable ? true : undefined;
    });
  }

  async #eventually<T>(asked: Machine, look: () => Promise<T | undefined>): Promise<T> {
    const end = performance.now() + PATIENCE;
    while (performance.now() < end) {
      const found = await look();
      if (found !== undefined) return found;
      await sleep(300);
    }
    assert.fail(`waited in vain; ${asked.instanceId} says ${JSON.stringify(await this.probe(asked))}`);
  }
}
