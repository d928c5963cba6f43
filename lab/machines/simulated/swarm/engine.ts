import type { Clock } from '../../../../lib/clock.ts';
import type { Timer } from '../../../sim/timers.ts';
import type { Disk } from '../disk.ts';

/** `LocalNodeState` of `docker info`. */
export type LocalState = 'inactive' | 'pending' | 'active' | 'error' | 'locked';

/** A Docker Engine: what its process knows. What outlives the process is on `disk`. */
export interface Engine {
  readonly instanceId: string;
  readonly address: string;
  /** The machine's when the process started. */
  hostname: string;
  /** As the engine last read them; they can be reloaded while it runs. */
  labels: Readonly<Record<string, string>>;
  disk: Disk;
  process: 'down' | 'up' | 'crash-loop';
  /** The process is there and takes part, but answers nobody. */
  hung: boolean;
  /** Number of the process, unique over all engines; 0 before the first. */
  run: number;
  /** Has the API answered since the process started, or can it? */
  apiOpen: boolean;
  local: LocalState;
  error: string | undefined;
  /** While it takes part in Raft. */
  voter: Voter | undefined;
  /** A join whose target never answered, and that goes on in the background. */
  background: { readonly target: string; readonly token: string } | undefined;
  /** Ids of the tasks whose containers run here, quorum or not. */
  readonly containers: Set<string>;
  /** Milliseconds that the machine's clock is ahead. */
  clockSkew: number;
}

export interface Voter {
  role: 'follower' | 'leader';
  /** Who is followed; itself when leading; `undefined`: no leader known. */
  leader: Engine | undefined;
  leaderless: { readonly since: number; readonly how: 'lost' | 'started' | 'handover' };
  election: Timer | undefined;
  tenure: Tenure | undefined;
}

/** What a leader keeps in memory, and loses with its leadership. */
export interface Tenure {
  quorumLostAt: number | undefined;
  stepDown: Timer | undefined;
  /** By Raft id: from when on a member that does not answer is shown as unreachable. */
  readonly unreachableFrom: Map<string, number>;
  /** By Raft id: the newest entry each member has acknowledged. */
  readonly progress: Map<string, number>;
  /** Things that will happen if nothing comes between, by what they are about. */
  readonly pending: Map<string, { readonly aim: string; readonly timer: Timer }>;
}

export function createEngine(
  machine: Pick<Engine, 'instanceId' | 'address' | 'hostname' | 'labels'>,
  disk: Disk,
): Engine {
  return {
    ...machine,
    disk,
    process: 'down',
    hung: false,
    run: 0,
    apiOpen: false,
    local: 'inactive',
    error: undefined,
    voter: undefined,
    background: undefined,
    containers: new Set(),
    clockSkew: 0,
  };
}

export function createTenure(): Tenure {
  return {
    quorumLostAt: undefined,
    stepDown: undefined,
    unreachableFrom: new Map(),
    progress: new Map(),
    pending: new Map(),
  };
}

/** A voter together with its disk's Raft state, so that neither has to be looked for. */
export interface Participant {
  readonly engine: Engine;
  readonly voter: Voter;
  readonly raft: NonNullable<NonNullable<Disk['swarm']>['raft']>;
}

/** The engine as a member of a Raft group; `undefined` when it takes part in none. */
export function participant(engine: Engine): Participant | undefined {
  const raft = engine.disk.swarm?.raft;
  if (engine.voter === undefined || raft === undefined || engine.process !== 'up') return undefined;
  return { engine, voter: engine.voter, raft };
}

export function endTenure(voter: Voter): void {
  voter.tenure?.stepDown?.cancel();
  for (const { timer } of voter.tenure?.pending.values() ?? []) timer.cancel();
  voter.tenure = undefined;
}

/** Who takes part in Raft, and since when that is. */
export interface Assembly {
  readonly voting: Set<Engine>;
  readonly clock: Pick<Clock, 'now'>;
}

/** The engine begins to take part in Raft. */
export function startVoting({ voting, clock }: Assembly, engine: Engine): Voter {
  const voter: Voter = {
    role: 'follower',
    leader: undefined,
    leaderless: { since: clock.now(), how: 'started' },
    election: undefined,
    tenure: undefined,
  };
  engine.voter = voter;
  voting.add(engine);
  return voter;
}

/** Takes the engine out of Raft: its process ended, or it is a member no longer. */
export function stopVoting({ voting }: Assembly, engine: Engine): void {
  if (engine.voter === undefined) return;
  voting.delete(engine);
  engine.voter.election?.cancel();
  endTenure(engine.voter);
  engine.voter = undefined;
}
