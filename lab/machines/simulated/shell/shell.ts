import { parseArgs } from 'node:util';
import type { Machine } from '../machine.ts';
import { SwarmError } from '../swarm/errors.ts';
import type { World } from '../swarm/world.ts';
import { dockerInfo, nodeInspect, nodeLs } from './nodes.ts';
import { namedCreate, namedLs, serviceCreate, serviceLs, servicePs, serviceRm, serviceScale } from './services.ts';

/** One `docker` command line, taken apart. */
export interface Command {
  readonly world: World;
  readonly machine: Machine;
  /** What is neither command nor option. */
  readonly words: readonly string[];
  readonly option: (name: string) => string | undefined;
  readonly flag: (name: string) => boolean;
}

type Run = (command: Command) => Promise<string>;

const COMMANDS: Readonly<Record<string, Run>> = {
  info: dockerInfo,
  'node ls': nodeLs,
  'node inspect': nodeInspect,
  'service create': serviceCreate,
  'service ls': serviceLs,
  'service ps': servicePs,
  'service rm': serviceRm,
  'service scale': serviceScale,
  'secret create': (command) => namedCreate(command, 'secrets'),
  'secret ls': (command) => namedLs(command, 'secrets'),
  'config create': (command) => namedCreate(command, 'configs'),
  'config ls': (command) => namedLs(command, 'configs'),
};

/** Options that take a value; all others are flags. */
const VALUED = [
  'format',
  'name',
  'replicas',
  'network',
  'endpoint-mode',
  'secret',
  'config',
  'env',
  'constraint',
] as const;
const VALUED_REST = [
  'stop-grace-period',
  'restart-delay',
  'update-delay',
  'restart-condition',
  'label',
  'filter',
] as const;

/**
 * Runs `docker …` as far as the lab and its demo use it; there is no shell and nothing else in a simulated machine.
 * Exit codes: 1 as docker's own, 127 for what is not there, 255 for a machine without power.
 */
export async function run(
  world: World,
  machine: Machine,
  command: readonly string[],
): Promise<{ code: number; stdout: string; stderr: string }> {
  if (machine.power === 'off') return failure(255, `machine ${machine.order.instanceId} has no power`);
  const [program, first, second] = command;
  if (program === 'hostname') return { code: 0, stdout: `${machine.order.instanceId}\n`, stderr: '' };
  if (program === 'docker' && first !== undefined) {
    const single = COMMANDS[first];
    const double = COMMANDS[`${first} ${second}`];
    const found = single ?? double;
    if (found !== undefined) return attempt(found, world, machine, command.slice(single === undefined ? 3 : 2));
  }
  return failure(
    127,
    `simulated machines know only: hostname, ${Object.keys(COMMANDS)
      .map((name) => `docker ${name}`)
      .join(', ')}; given: ${command.join(' ')}`,
  );
}

async function attempt(found: Run, world: World, machine: Machine, args: string[]) {
  try {
    const options = Object.fromEntries([
      ...[...VALUED, ...VALUED_REST].map((name) => [name, { type: 'string', multiple: true } as const]),
      ['quiet', { type: 'boolean', short: 'q' } as const],
      ['detach', { type: 'boolean', short: 'd' } as const],
      ['no-trunc', { type: 'boolean' } as const],
    ]);
    const { values, positionals } = parseArgs({ args, options, allowPositionals: true, strict: false });
    const stdout = await found({
      world,
      machine,
      words: positionals,
      option(name) {
        const value = values[name];
        const last = Array.isArray(value) ? value.at(-1) : value;
        return typeof last === 'string' ? last : undefined;
      },
      flag: (name) => values[name] !== undefined && values[name] !== false,
    });
    return { code: 0, stdout, stderr: '' };
  } catch (error) {
    if (error instanceof SwarmError) return failure(1, error.message);
    throw error;
  }
}

function failure(code: number, message: string) {
  return { code, stdout: '', stderr: `${message}\n` };
}
