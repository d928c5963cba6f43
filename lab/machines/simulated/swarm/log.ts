/**
 * The Raft log, and the state that it leads to. All of it is immutable: each entry carries the whole state after it
 * and knows the marks of its predecessors, so that logs that part can share their past, and a stale copy is simply an
 * older entry. Only disks keep the states: of entries that are past, marks are left.
 */
export interface LogEntry {
  readonly mark: LogMark;
  readonly index: number;
  readonly term: number;
  readonly state: SwarmState;
}

/** An entry's place in its log. */
export interface LogMark {
  readonly index: number;
  readonly term: number;
  readonly previous: LogMark | undefined;
  readonly clusterId: string;
  /** What was written, for people. */
  readonly what: string;
}

export interface SwarmState {
  readonly clusterId: string;
  /** The Raft group, by Raft id. */
  readonly members: ReadonlyMap<string, Member>;
  /** Raft ids that will never be let in again. */
  readonly removed: ReadonlySet<string>;
  /** By node id. */
  readonly nodes: ReadonlyMap<string, NodeRecord>;
  readonly services: ReadonlyMap<string, ServiceRecord>;
  readonly tasks: ReadonlyMap<string, TaskRecord>;
  /** Names of secrets and configs; the content does not matter. */
  readonly secrets: ReadonlyMap<string, NamedRecord>;
  readonly configs: ReadonlyMap<string, NamedRecord>;
  readonly tokens: { readonly manager: string; readonly worker: string };
  /** Start of the cluster's certificate authority, on the clock of the machine that made it. */
  readonly authorityFrom: number;
  /** With autolock on. */
  readonly lockKey: string | undefined;
}

export interface Member {
  readonly raftId: string;
  readonly nodeId: string;
  /** IP address; the port is 2377. */
  readonly address: string;
}

export interface NodeRecord {
  readonly id: string;
  readonly version: number;
  readonly hostname: string;
  readonly role: 'manager' | 'worker';
  readonly availability: 'active' | 'pause' | 'drain';
  readonly state: 'ready' | 'down' | 'unknown';
  readonly address: string;
  readonly engineLabels: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  /** The run of the engine that last registered: another one lost its containers. */
  readonly run: number;
  /** Removal is refused before this time: a demotion has not gone through everywhere. */
  readonly removableAt: number;
  readonly message: string;
}

export interface NamedRecord {
  readonly id: string;
  readonly name: string;
}

export interface ServiceRecord extends NamedRecord {
  readonly replicas: number;
  /** Milliseconds its tasks take to stop; `undefined`: they honour TERM. */
  readonly grace: number | undefined;
}

export interface TaskRecord {
  readonly id: string;
  readonly serviceId: string;
  readonly nodeId: string;
  /** The engine process that runs its container. */
  readonly run: number;
  /** `restarting`: its node came back before it was given up, without the container. */
  readonly state: 'starting' | 'restarting' | 'running' | 'stopping';
}

/** The next entry; of a new log without a `previous` one. */
export function after(previous: LogEntry | undefined, term: number, what: string, state: SwarmState): LogEntry {
  const index = (previous?.index ?? 0) + 1;
  return { mark: { index, term, previous: previous?.mark, clusterId: state.clusterId, what }, index, term, state };
}

/** Everything that led to this entry, and itself. */
export function past(entry: LogEntry): ReadonlySet<LogMark> {
  const all = new Set<LogMark>();
  for (let at: LogMark | undefined = entry.mark; at !== undefined; at = at.previous) all.add(at);
  return all;
}

/** Raft's own order: a vote goes to no one whose log is behind the voter's. */
export function isAhead(a: LogEntry, b: LogEntry): boolean {
  return a.term > b.term || (a.term === b.term && a.index > b.index);
}

export function majority(state: SwarmState): number {
  return Math.floor(state.members.size / 2) + 1;
}

/** A copy of the map with one value set. */
export function put<V>(map: ReadonlyMap<string, V>, key: string, value: V): ReadonlyMap<string, V> {
  return new Map(map).set(key, value);
}

/** A copy of the map without some keys. */
export function without<V>(map: ReadonlyMap<string, V>, ...keys: readonly string[]): ReadonlyMap<string, V> {
  const copy = new Map(map);
  for (const key of keys) copy.delete(key);
  return copy;
}

/** The state with one node changed, its version raised. No change when there is no such node. */
export function changeNode(state: SwarmState, id: string, change: Partial<Omit<NodeRecord, 'id'>>): SwarmState {
  const node = state.nodes.get(id);
  if (node === undefined) return state;
  return { ...state, nodes: put(state.nodes, id, { ...node, ...change, version: node.version + 1 }) };
}
