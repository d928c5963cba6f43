import type { DocumentKey } from '../../../../lib/names.ts';
import type { Host } from '../../host.ts';
import type { Machine } from '../machine.ts';
import { answers } from '../swarm/client.ts';
import type { Engine } from '../swarm/engine.ts';
import { SwarmError } from '../swarm/errors.ts';
import type { World } from '../swarm/world.ts';

/** How a script ended. */
export interface Outcome {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a script has at hand while it runs. */
export interface Script {
  readonly world: World;
  readonly host: Host;
  readonly machine: Machine;
  readonly cluster: string;
  readonly key: DocumentKey;
  /** The first value of a parameter, or nothing. */
  readonly parameter: (name: string) => string;
  /** Gives the machine's lock back before the script ends. */
  readonly unlock: () => void;
}

/** Exit codes of the documents: `templates/README.md`. */
export const EXIT = {
  done: 0,
  other: 1,
  wrongMachine: 10,
  staleFence: 11,
  busy: 12,
  bootNotFinished: 13,
  listGone: 14,
  tooLate: 15,
  repeated: 16,
  noToken: 20,
  joinFailed: 21,
  otherSwarm: 22,
  unsafe: 30,
  noQuorum: 40,
} as const;

export function done(found: string, stdout = ''): Outcome {
  return { exitCode: EXIT.done, stdout, stderr: `everswarm: 0 ${found}\n` };
}

export function failed(exitCode: number, found: string): Outcome {
  return { exitCode, stdout: '', stderr: `everswarm: ${exitCode} ${found}\n` };
}

/** What a failed `docker` command comes to. Anything but a Swarm error is a fault in the model. */
export function failedBy(error: unknown): Outcome {
  if (!(error instanceof SwarmError)) throw error;
  switch (error.code) {
    case 'NotManager':
    case 'NoQuorum':
      return failed(EXIT.noQuorum, error.message);
    case 'Silent':
      return failed(EXIT.joinFailed, error.message);
    case 'InvalidToken':
      return failed(EXIT.noToken, error.message);
    case 'Refused':
      return failed(EXIT.unsafe, error.message);
    case 'EngineDown':
    case 'NotFound':
    case 'AlreadyMember':
      return failed(EXIT.other, error.message);
  }
}

/** The engine, once boot is done; waits for that, at most `seconds`. */
export async function engineAfterBoot({ world, machine }: Script, seconds = 60): Promise<Engine | Outcome> {
  const finished = await world.until(() => machine.boot.state !== 'running', seconds * 1000);
  if (!finished) return failed(EXIT.bootNotFinished, `boot did not finish within ${seconds} s`);
  if (machine.boot.state === 'failed') return failed(EXIT.bootNotFinished, `boot failed: ${machine.boot.reason}`);
  return machine.engine ?? failed(EXIT.other, 'the engine is gone with its disk');
}

/** The engine as a working manager, else exit 40. */
export function workingManager({ machine }: Script): Engine | Outcome {
  const { engine } = machine;
  if (engine !== undefined && answers(engine) && engine.voter !== undefined) return engine;
  const state = engine === undefined || !answers(engine) ? 'the engine does not answer' : `state: ${engine.local}`;
  return failed(EXIT.noQuorum, `this is no working manager (${state})`);
}

export function isOutcome(value: Engine | Outcome): value is Outcome {
  return 'exitCode' in value;
}
