import { plan } from './dispatcher.ts';
import type { Engine, Participant } from './engine.ts';
import { type NodeRecord, put, type ServiceRecord, type SwarmState, type TaskRecord, without } from './log.ts';
import { append, leaders } from './raft.ts';
import type { World } from './world.ts';

/** Keeps every service at its number of replicas, on nodes that are ready and active. */
export function settleTasks(world: World): void {
  for (const leader of leaders(world)) {
    for (const task of leader.raft.head.state.tasks.values()) settleTask(world, leader, task);
    for (const service of leader.raft.head.state.services.values()) settleService(world, leader, service);
    for (const engine of world.engines.values()) if (engine.containers.size > 0) prune(leader, engine);
  }
}

/** A node that is back removes the containers of tasks that were given to others meanwhile. */
function prune({ raft }: Participant, engine: Engine): void {
  const node = raft.head.state.nodes.get(engine.disk.swarm?.nodeId ?? '');
  if (node?.state !== 'ready' || node.run !== engine.run) return;
  for (const id of engine.containers) if (!raft.head.state.tasks.has(id)) engine.containers.delete(id);
}

function settleTask(world: World, leader: Participant, task: TaskRecord): void {
  const { state } = leader.raft.head;
  const node = state.nodes.get(task.nodeId);
  const change = (what: string, next: (before: SwarmState) => SwarmState) => {
    append(world, leader, `task ${task.id} ${what}`, next);
    world.settle();
  };
  // Down or removed: its containers may go on where nobody sees them, but the task counts no longer.
  if (node === undefined || node.state === 'down') {
    change('lost', (before) => withoutTask(before, task));
    return;
  }
  // The engine was started again before the node was given up: its containers are gone.
  if (node.state === 'ready' && node.run !== task.run) {
    change('restarting', (before) =>
      task.state === 'stopping'
        ? withoutTask(before, task)
        : withTask(before, { ...task, state: 'restarting', run: node.run }),
    );
    return;
  }
  const service = state.services.get(task.serviceId);
  const unwanted = service === undefined || node.availability === 'drain';
  if (task.state === 'stopping') stop(world, leader, task, service);
  else if (unwanted) change('stopping', (before) => withTask(before, { ...task, state: 'stopping' }));
  else if (task.state !== 'running') start(world, leader, task);
}

function start(world: World, leader: Participant, task: TaskRecord): void {
  const { figures } = world;
  const time = task.state === 'restarting' ? figures.restartTask : figures.startTask;
  plan(world, leader, `task ${task.id}`, `running ${task.run}`, time, (before) => {
    const current = before.tasks.get(task.id);
    const engine = runner(world, task);
    if (current === undefined || current.state === 'stopping' || engine === undefined) return before;
    engine.containers.add(task.id);
    return withTask(before, { ...current, state: 'running' });
  });
}

function stop(world: World, leader: Participant, task: TaskRecord, service: ServiceRecord | undefined): void {
  const { figures } = world;
  const grace = service?.grace;
  const time = grace === undefined ? figures.stopTask : ([grace + 2000, grace + 2800] as const);
  plan(world, leader, `task ${task.id}`, 'stopped', time, (before) => {
    runner(world, task)?.containers.delete(task.id);
    return withoutTask(before, task);
  });
}

function settleService(world: World, leader: Participant, service: ServiceRecord): void {
  const { state } = leader.raft.head;
  if (missing(state, service) === 0 || eligible(state).length === 0) return;
  plan(world, leader, `service ${service.id}`, 'placed', world.figures.reschedule, (before) =>
    place(world, before, service),
  );
}

function missing(state: SwarmState, service: ServiceRecord): number {
  const replicas = state.services.get(service.id)?.replicas ?? 0;
  let kept = 0;
  for (const task of state.tasks.values()) if (task.serviceId === service.id && task.state !== 'stopping') kept += 1;
  return Math.max(0, replicas - kept);
}

/** Each new task goes to the node with the fewest tasks; the older node first among equals. */
function place(world: World, before: SwarmState, service: ServiceRecord): SwarmState {
  let next = before;
  for (let left = missing(before, service); left > 0; left -= 1) {
    const load = new Map<string, number>();
    for (const { nodeId } of next.tasks.values()) load.set(nodeId, (load.get(nodeId) ?? 0) + 1);
    const [node] = eligible(next).toSorted((a, b) => (load.get(a.id) ?? 0) - (load.get(b.id) ?? 0));
    if (node === undefined) return next;
    next = withTask(next, {
      id: world.newId(),
      serviceId: service.id,
      nodeId: node.id,
      run: node.run,
      state: 'starting',
    });
  }
  return next;
}

function eligible(state: SwarmState): NodeRecord[] {
  return [...state.nodes.values()].filter((node) => node.state === 'ready' && node.availability === 'active');
}

function runner(world: World, task: TaskRecord): Engine | undefined {
  for (const engine of world.engines.values()) {
    if (engine.process === 'up' && engine.run === task.run) return engine;
  }
  return undefined;
}

function withTask(state: SwarmState, task: TaskRecord): SwarmState {
  return { ...state, tasks: put(state.tasks, task.id, task) };
}

function withoutTask(state: SwarmState, task: TaskRecord): SwarmState {
  return { ...state, tasks: without(state.tasks, task.id) };
}
