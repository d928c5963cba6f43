import { read, write } from '../swarm/client.ts';
import { SwarmError } from '../swarm/errors.ts';
import { put, type ServiceRecord, type SwarmState, without } from '../swarm/log.ts';
import { format, table } from './format.ts';
import { engineOf } from './nodes.ts';
import type { Command } from './shell.ts';

/** `docker service create --name <name> [--replicas <n>] <image> …` */
export async function serviceCreate(command: Command): Promise<string> {
  const { world } = command;
  const id = world.newId();
  const name = command.option('name') ?? id.slice(0, 12);
  const replicas = wholeNumber(command.option('replicas') ?? '1');
  await write(world, engineOf(command), `service ${name}`, (before) => {
    if ([...before.services.values()].some((one) => one.name === name)) {
      throw new SwarmError(
        'Refused',
        `rpc error: name conflicts with an existing object: service ${name} already exists`,
      );
    }
    return { ...before, services: put(before.services, id, { id, name, replicas, grace: undefined }) };
  });
  return `${id}\n`;
}

/** `docker service scale <name>=<n>` */
export async function serviceScale(command: Command): Promise<string> {
  for (const word of command.words) {
    const [name = '', count = ''] = word.split('=');
    const replicas = wholeNumber(count);
    await write(command.world, engineOf(command), `scale ${word}`, (before) => {
      const service = find(before, name);
      return { ...before, services: put(before.services, service.id, { ...service, replicas }) };
    });
  }
  return command.words.map((word) => `${word.replace('=', ' scaled to ')}\n`).join('');
}

/** `docker service rm <name> …` */
export async function serviceRm(command: Command): Promise<string> {
  for (const name of command.words) {
    await write(command.world, engineOf(command), `remove ${name}`, (before) => ({
      ...before,
      services: without(before.services, find(before, name).id),
    }));
  }
  return command.words.map((name) => `${name}\n`).join('');
}

export async function serviceLs(command: Command): Promise<string> {
  const { state } = await read(command.world, engineOf(command));
  const rows = [...state.services.values()].map((service) => ({
    ID: service.id.slice(0, 12),
    Name: service.name,
    Mode: 'replicated',
    Replicas: `${running(state, service)}/${service.replicas}`,
    Image: 'simulated',
    Ports: '',
  }));
  return print(command, rows, ['ID', 'Name', 'Mode', 'Replicas', 'Image']);
}

/** `docker service ps <name>` */
export async function servicePs(command: Command): Promise<string> {
  const { state } = await read(command.world, engineOf(command));
  const services = command.words.map((name) => find(state, name));
  const rows = services.flatMap((service) =>
    [...state.tasks.values()]
      .filter(({ serviceId }) => serviceId === service.id)
      .map((task, index) => ({
        ID: task.id.slice(0, 12),
        Name: `${service.name}.${index + 1}`,
        Image: 'simulated',
        Node: state.nodes.get(task.nodeId)?.hostname ?? task.nodeId,
        DesiredState: task.state === 'stopping' ? 'Shutdown' : 'Running',
        CurrentState: task.state === 'running' ? 'Running' : task.state === 'stopping' ? 'Running' : 'Starting',
        Error: '',
        Ports: '',
      })),
  );
  return print(command, rows, ['ID', 'Name', 'Image', 'Node', 'DesiredState', 'CurrentState']);
}

/** `docker secret create <name> <file>`; the file's content does not matter here. */
export async function namedCreate(command: Command, kind: 'secrets' | 'configs'): Promise<string> {
  const [name] = command.words;
  if (name === undefined) throw new SwarmError('Refused', 'requires at least 1 argument: the name');
  const id = command.world.newId();
  await write(command.world, engineOf(command), `${kind} ${name}`, (before) => {
    if ([...before[kind].values()].some((one) => one.name === name)) {
      throw new SwarmError('Refused', `rpc error: name conflicts with an existing object: ${name} already exists`);
    }
    return { ...before, [kind]: put(before[kind], id, { id, name }) };
  });
  return `${id}\n`;
}

export async function namedLs(command: Command, kind: 'secrets' | 'configs'): Promise<string> {
  const { state } = await read(command.world, engineOf(command));
  const rows = [...state[kind].values()].map(({ id, name }) => ({ ID: id, Name: name }));
  return print(command, rows, ['ID', 'Name']);
}

function print(
  command: Command,
  rows: readonly Readonly<Record<string, string>>[],
  columns: readonly string[],
): string {
  const template = command.option('format');
  if (template !== undefined) return rows.map((row) => `${format(template, row)}\n`).join('');
  if (command.flag('quiet')) return rows.map((row) => `${row['ID']}\n`).join('');
  return table([
    columns.map((name) => name.toUpperCase()),
    ...rows.map((row) => columns.map((name) => row[name] ?? '')),
  ]);
}

function running(state: SwarmState, service: ServiceRecord): number {
  return [...state.tasks.values()].filter((task) => task.serviceId === service.id && task.state === 'running').length;
}

function find(state: SwarmState, name: string): ServiceRecord {
  const service = [...state.services.values()].find((one) => one.name === name || one.id.startsWith(name));
  if (service === undefined) throw new SwarmError('NotFound', `no such service: ${name}`);
  return service;
}

function wholeNumber(text: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  throw new SwarmError('Refused', `"${text}" is not a whole number of replicas`);
}
