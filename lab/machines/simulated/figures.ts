import type { Span } from '../../sim/random.ts';

/** How long things take on simulated machines. Milliseconds throughout, drawn evenly from each span. */
export interface Figures {
  /** The engine whose behaviour is followed where versions differ. */
  readonly engineVersion: '20.10.24' | '26.1.5';

  /** From the order to systemd running. */
  readonly start: Span;
  /** From there to the Systems Manager agent's first word. */
  readonly agent: Span;
  /** From there to the boot script's first line. */
  readonly cloudInit: Span;
  /** Installing Docker, where the image lacks it. */
  readonly installDocker: Span;
  /** Formatting a blank volume, and mounting it. */
  readonly format: Span;
  readonly mount: Span;
  /** How long the boot script waits for its volume. */
  readonly volumeWait: number;
  /** From `systemctl start docker` to the process being there. */
  readonly engineStart: Span;
  /** From the process being there to its taking part in Raft. */
  readonly raftStart: Span;
  /** Clean stop of a manager's engine, and of another. */
  readonly managerStop: Span;
  readonly workerStop: Span;
  /** One call of the AWS CLI. */
  readonly awsCli: Span;
  /** One `docker` command that only reads; one that writes. */
  readonly read: Span;
  readonly write: Span;

  /** Until a new leader is elected after the last one was lost. */
  readonly election: Span;
  /** Until managers that were started, or met again, elect a leader. */
  readonly firstElection: Span;
  /** Until a leader who was demoted is replaced. */
  readonly handover: Span;
  /** How long a leader without quorum goes on answering reads. */
  readonly staleReads: number;
  /** How long, from then on, a listing hangs instead of failing at once. */
  readonly hang: number;
  /** After this an engine without a leader answers its API all the same. */
  readonly slowApi: number;

  /** Until the leader shows a lost member as unreachable. */
  readonly unreachable: Span;
  readonly workerDown: Span;
  readonly managerDown: Span;
  /** From a new leader's election until those it never heard of are down. */
  readonly unknownDown: Span;
  /** Until a node that can reach the leader is ready. */
  readonly register: Span;
  /** Until a running engine's new labels are in the list of nodes: its agent sends them every 20 s. */
  readonly nodeReport: Span;
  /** From a promotion until the node is a member of the Raft group. */
  readonly promote: Span;
  /** `docker swarm leave --force`. */
  readonly leave: Span;
  /** After a demotion, until the node can be removed. */
  readonly demoted: Span;

  readonly join: Span;
  /** How long after a join the disk says that it is still going on. */
  readonly joinSettles: Span;
  readonly joinSilent: number;
  readonly joinNoQuorum: number;
  readonly joinRefused: number;
  readonly init: Span;
  readonly forceNewCluster: Span;

  /** From a task's loss to its replacement being placed; after its node's restart; from there to its running. */
  readonly reschedule: Span;
  readonly restartTask: Span;
  readonly startTask: Span;
  /** A task that honours TERM. */
  readonly stopTask: Span;

  readonly certificateLife: number;
}

const DAY = 24 * 3600_000;

/**
 * Docker 20.10.24 as measured on real engines in network namespaces (three managers, 2 cores, default Raft settings):
 * election 12.8–15 s, worker down 11–14 s, follower unreachable 1–3 s and down 14 s, a lost leader down 42 s after
 * its loss (28 s after the election), stale reads 17 s, slow API 20 s, join 0.6 s; silent target 20 s, no quorum 15 s,
 * wrong token 10 s; a manager's clean stop 11.5 s. Machine figures are those of the lab's namespaces, not of EC2.
 */
export const MEASURED: Figures = {
  engineVersion: '20.10.24',
  start: [300, 700],
  agent: [500, 900],
  cloudInit: [900, 1400],
  installDocker: [15_000, 30_000],
  format: [150, 300],
  mount: [40, 80],
  volumeWait: 300_000,
  engineStart: [700, 1300],
  raftStart: [300, 900],
  managerStop: [11_000, 12_000],
  workerStop: [800, 2000],
  awsCli: [900, 1300],
  read: [30, 60],
  write: [35, 50],
  election: [12_800, 15_000],
  firstElection: [2000, 10_000],
  handover: [1000, 3000],
  staleReads: 17_000,
  hang: 20_000,
  slowApi: 20_000,
  unreachable: [1000, 3000],
  workerDown: [11_000, 14_000],
  managerDown: [13_500, 14_500],
  unknownDown: [27_000, 29_000],
  register: [300, 1200],
  nodeReport: [0, 20_000],
  promote: [500, 2000],
  leave: [500, 1500],
  demoted: [500, 3500],
  join: [500, 700],
  joinSettles: [2000, 5000],
  joinSilent: 20_000,
  joinNoQuorum: 15_000,
  joinRefused: 10_000,
  init: [300, 700],
  forceNewCluster: [1000, 24_000],
  reschedule: [1000, 1700],
  restartTask: [8000, 20_000],
  startTask: [200, 400],
  stopTask: [300, 1500],
  certificateLife: 90 * DAY,
};
