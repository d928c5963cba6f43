import assert from 'node:assert/strict';
import type { AgentResult, AgentTask, Host, MachineMetadata } from '../../../../lab/machines/host.ts';
import type { Figures } from '../../../../lab/machines/simulated/figures.ts';
import { createSimulatedFleet } from '../../../../lab/machines/simulated/fleet.ts';
import { documentFacts } from '../../../../lib/flavors/document-facts.ts';
import type { DocumentKey } from '../../../../lib/names.ts';
import { parseProbeReport } from '../../../../lib/observe/probe-report.ts';
import { seededRandom } from '../../../support/random.ts';
import { createVirtualClock } from '../../../support/virtual-clock.ts';

export const CLUSTER = 'demo';
export const START = 1_790_000_000_000;

/** A fleet on virtual time with the smallest region that it can be plugged into. */
export function createBench(options: { seed?: number; figures?: Partial<Figures> } = {}) {
  const clock = createVirtualClock(START);
  const fleet = createSimulatedFleet({
    clock,
    random: seededRandom(options.seed ?? 1),
    ...(options.figures === undefined ? {} : { figures: options.figures }),
  });
  const metadata = new Map<string, MachineMetadata>();
  const parameters = new Map<string, string>();
  const agents = new Map<string, (task: AgentTask) => void>();
  const results = new Map<string, AgentResult>();
  let commands = 0;

  const host: Host = {
    agent: {
      connect(instanceId, deliver) {
        agents.set(instanceId, deliver);
        return () => agents.delete(instanceId);
      },
      report: (_instanceId, result) => results.set(result.commandId, result),
    },
    metadata: (instanceId) => metadata.get(instanceId),
    parameters: {
      get: (name) => parameters.get(name),
      put(name, value) {
        parameters.set(name, value);
        return 'stored';
      },
    },
  };
  fleet.plug(host);

  const bench = {
    clock,
    fleet,
    parameters,
    agents,
    seconds: () => clock.monotonic() / 1000,

    /** Launches a machine and lets its init run; its volume, if named, is attached. */
    async boot(instanceId: string, privateIp: string, volumeId?: string): Promise<void> {
      const header = { volumeId, logicalId: volumeId === undefined ? undefined : privateIp, docker: 'preinstalled' };
      metadata.set(instanceId, {
        instanceId,
        privateIp,
        macAddress: '02:00:00:00:00:01',
        zone: 'us-east-1a',
        region: 'us-east-1',
        imageId: 'ami-1',
        instanceType: 't4g.small',
        userData: `#!/bin/bash\n# everswarm-boot ${JSON.stringify(header)}\n`,
        tags: {},
        role: undefined,
      });
      const order = { instanceId, privateIp, macAddress: '02:00:00:00:00:01', vpcCidr: '10.0.0.0/16' };
      await bench.finish(fleet.boot(order));
      if (volumeId === undefined) return;
      if (!fleet.volumes.has(volumeId)) await fleet.createVolume(volumeId, 20);
      await fleet.attach(instanceId, volumeId);
    },
    /** Power cut, and what EC2 does after it: the volume and the address are free. */
    async lose(instanceId: string): Promise<void> {
      await fleet.stop(instanceId, 'kill');
      for (const volumeId of [...(fleet.machines.get(instanceId)?.attached.keys() ?? [])]) {
        await fleet.detach(instanceId, volumeId);
      }
      await fleet.release(instanceId);
    },
    /** Moves time until the promise settles. */
    async finish<T>(promise: Promise<T>, limit = 600_000): Promise<T> {
      let settled = false;
      const end = () => {
        settled = true;
      };
      promise.then(end, end);
      assert.ok(await clock.run(() => settled, limit), 'it takes longer than its limit');
      return promise;
    },
    /** Moves time until the condition holds, and gives back how many seconds that took. */
    async until(what: string, holds: () => boolean, limitSeconds = 120): Promise<number> {
      const from = clock.monotonic();
      assert.ok(await clock.run(holds, limitSeconds * 1000), `not within ${limitSeconds} s: ${what}`);
      return (clock.monotonic() - from) / 1000;
    },
    /** Delivers a task to the machine's agent; the result comes later. */
    send(
      instanceId: string,
      key: DocumentKey,
      parameters: Record<string, string> = {},
      fence = 1,
      timeoutSeconds = 300,
    ): Promise<AgentResult> {
      const deliver = agents.get(instanceId);
      assert.ok(deliver, `${instanceId} has no agent`);
      commands += 1;
      const commandId = `command-${commands}`;
      const expires = String(Math.ceil(clock.now() / 1000) + 20);
      const given = {
        instances: instanceId,
        fence: String(fence),
        ...('expires' in documentFacts(key).parameters && { expires }),
        ...parameters,
      };
      deliver({
        commandId,
        documentName: `everswarm-${CLUSTER}-${key}`,
        parameters: Object.fromEntries(Object.entries(given).map(([name, value]) => [name, [value]])),
        script: '',
        timeoutSeconds,
      });
      return (async () => {
        for (let result = results.get(commandId); ; result = results.get(commandId)) {
          if (result !== undefined) return result;
          await clock.sleep(50);
        }
      })();
    },
    async command(instanceId: string, key: DocumentKey, parameters: Record<string, string> = {}, fence = 1) {
      await bench.until(`agent of ${instanceId}`, () => agents.has(instanceId));
      return bench.finish(bench.send(instanceId, key, parameters, fence));
    },
    async ok(instanceId: string, key: DocumentKey, parameters: Record<string, string> = {}) {
      const result = await bench.command(instanceId, key, parameters);
      assert.equal(result.exitCode, 0, result.stderr);
      return result;
    },
    async booted(instanceId: string): Promise<void> {
      await bench.until(`boot of ${instanceId}`, () => fleet.machines.get(instanceId)?.boot.state === 'done');
    },
    /** A manager's machine by number: instance `i-m<n>`, address `10.0.<n>.10`, volume `vol-0000000<n>`. */
    async manager(n: number, instanceId = `i-m${n}`): Promise<string> {
      await bench.boot(instanceId, address(n), volume(n));
      return instanceId;
    },
    /** A whole swarm: managers `i-m1` (who initialised) and on, workers `i-w1` and on at `10.0.<n>.100`. */
    async swarm(managers: number, workers = 0): Promise<void> {
      await bench.ok(await bench.manager(1), 'swarm-init');
      for (let n = 2; n <= managers; n += 1) {
        await bench.ok(await bench.manager(n), 'swarm-join', { role: 'manager', managers: address(1) });
      }
      for (let n = 1; n <= workers; n += 1) {
        await bench.boot(`i-w${n}`, `10.0.${n}.100`);
        await bench.ok(`i-w${n}`, 'swarm-join', { role: 'worker', managers: address(1) });
      }
      await clock.advance(30_000);
    },
    node(instanceId: string) {
      const node = fleet.swarm.nodes().find(({ hostname }) => hostname === instanceId);
      assert.ok(node, `no node of ${instanceId}`);
      return node;
    },
    async probe(instanceId: string) {
      const { stdout } = await bench.command(instanceId, 'probe');
      // Instance ids are short here; all else must be to the liking of the controller's own reader.
      const parsed = parseProbeReport(stdout.replace(/^instance .*$/m, 'instance i-0123456789abcdef0'));
      assert.ok(parsed.ok, parsed.ok ? '' : parsed.reason);
      return readReport(stdout);
    },
    leader(): string {
      const [leader, ...more] = fleet.swarm.leaders();
      assert.ok(leader !== undefined && more.length === 0, `leaders: ${fleet.swarm.leaders().join(', ') || 'none'}`);
      return leader;
    },
    follower(): string {
      const found = [...fleet.machines.keys()].find((id) => id.startsWith('i-m') && id !== bench.leader());
      assert.ok(found);
      return found;
    },
  };
  return bench;
}

export const address = (n: number) => `10.0.${n}.10`;
export const volume = (n: number) => `vol-0000000${n}`;

/** Number of a manager's instance id. */
export const numberOf = (instanceId: string) => Number(/\d+/.exec(instanceId)?.[0]);

/** The probe's report, by the first word of each line; nodes by hostname. */
export function readReport(text: string) {
  const facts = new Map<string, string>();
  const nodes = new Map<string, ReportedNode>();
  for (const line of text.trimEnd().split('\n')) {
    const space = line.indexOf(' ');
    const [name, rest] = space < 0 ? [line, ''] : [line.slice(0, space), line.slice(space + 1)];
    if (name !== 'node') {
      facts.set(name, rest);
      continue;
    }
    const node: ReportedNode = JSON.parse(rest);
    nodes.set(node.hostname, node);
  }
  assert.ok(facts.has('end'), text);
  const info: Record<string, unknown> = JSON.parse(facts.get('info') ?? '{}');
  return { facts, nodes, info };
}

interface ReportedNode {
  readonly id: string;
  readonly hostname: string;
  readonly role: string;
  readonly state: string;
  readonly addr: string;
  readonly logicalId: string;
  readonly settings: string;
  readonly drained: string;
  readonly manager: null | { readonly reachability: string; readonly leader: boolean; readonly addr: string };
}
