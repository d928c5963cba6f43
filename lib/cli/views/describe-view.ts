import type { GroupDescription, MachineDescription } from '../../operate/describe.ts';
import type { EventRecord } from '../../store/store.ts';
import { age } from '../../words.ts';
import { hangingList } from '../layout.ts';
import type { Paint } from '../style.ts';
import { eventLines } from './event-view.ts';
import { machineTable, noteLines, stateOf } from './machine-rows.ts';

export interface DescribeLook {
  readonly paint: Paint;
  readonly columns: number | undefined;
  readonly now: number;
}

interface Fact {
  readonly lead: string;
  readonly text: string;
}

export function machineLines(
  { machine, probe, silent, configHash, launch, suspicion, events }: MachineDescription,
  look: DescribeLook,
): readonly string[] {
  const { paint, columns, now } = look;
  const { group, logicalId, instanceId, zone, address, node, launchedAt, upToDate, volumeId, order } = machine;
  const { word, tone } = stateOf(machine);
  const facts: readonly (Fact | undefined)[] = [
    fact('group', group),
    fact('address', address === undefined ? undefined : `${address}${logicalId === undefined ? '' : ', its identity'}`),
    fact('instance', instanceId === undefined ? undefined : `${instanceId}, ${machine.state ?? '?'}`),
    fact('zone', zone),
    fact('age', launchedAt === undefined ? undefined : age(now - launchedAt)),
    fact('disk', volumeId),
    fact(
      'config',
      configHash === undefined ? undefined : `${configHash}, ${upToDate === false ? 'former' : 'current'}`,
    ),
    fact('node', node === undefined ? undefined : nodeWords(node)),
    fact('engine', probe === undefined ? silent : engineWords(probe)),
    fact('boot', probe === undefined ? undefined : bootWords(probe)),
    fact('free', probe?.freeBytes === undefined ? undefined : `${(probe.freeBytes / 2 ** 30).toFixed(1)} GiB`),
    fact(
      'certificate',
      probe?.certificateEnds === undefined ? undefined : `ends in ${age(probe.certificateEnds - now)}`,
    ),
    fact('launch', launch === undefined ? undefined : launchWords(launch)),
    fact('remembered', suspicion === undefined ? undefined : `${suspicion.symptom} for ${age(now - suspicion.since)}`),
    fact(
      'ordered',
      order === undefined ? undefined : `${order.what}, by ${order.by} ${age(now - order.at)} ago: ${order.reason}`,
    ),
  ];
  return [
    `${paint('strong', logicalId ?? instanceId ?? '?')}: ${paint(tone, word)}`,
    ...machine.notes.flatMap((note) => noteLines('  └ ', note, paint, columns)),
    '',
    ...hangingList(
      facts.filter((one) => one !== undefined),
      columns,
    ),
    ...eventSection(events, look),
  ];
}

export function groupLines({ seen, spec, image, events }: GroupDescription, look: DescribeLook): readonly string[] {
  const { paint, columns, now } = look;
  const { update, volume, labels, initCommands } = spec;
  const amount = (one: typeof update.maxSurge): string =>
    one.kind === 'count' ? String(one.count) : `${one.percent}%`;
  const labelled = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
  const facts: readonly (Fact | undefined)[] = [
    fact('flavor', spec.flavor),
    fact('machines', `${seen.healthy} of ${seen.declared} ready`),
    fact('type', spec.instanceType),
    fact('image', image.imageId),
    fact('disk', `${volume.sizeGiB} GiB, ${volume.type}`),
    fact('labels', labelled.length === 0 ? undefined : labelled.join(', ')),
    fact('at boot', initCommands.length === 0 ? undefined : `${initCommands.length} commands`),
    fact(
      'update',
      `${amount(update.maxSurge)} more, ${amount(update.maxUnavailable)} missing; healthy for ${update.healthySeconds} s`,
    ),
    fact('on failure', update.onFailure),
    fact('roll-out', seen.rollout.phase),
    fact('good', seen.rollout.good === undefined ? undefined : `version ${seen.rollout.good.version}`),
  ];
  const { header, lines } = machineTable(seen.machines, { paint, columns, at: now });
  return [
    paint('strong', seen.name),
    '',
    ...hangingList(
      facts.filter((one) => one !== undefined),
      columns,
    ),
    '',
    header,
    ...seen.machines.flatMap(({ notes }, index) => [
      lines[index] ?? '',
      ...notes.flatMap((note) => noteLines('    └ ', note, paint, columns)),
    ]),
    ...eventSection(events, look),
  ];
}

function fact(lead: string, text: string | undefined): Fact | undefined {
  return text === undefined ? undefined : { lead, text };
}

function nodeWords({
  id,
  role,
  leader,
  state,
  availability,
  tasks,
}: NonNullable<MachineDescription['machine']['node']>): string {
  const running = tasks === undefined ? '' : `, ${tasks} ${tasks === 1 ? 'task' : 'tasks'}`;
  return `${id}, ${leader ? 'leader' : role}, ${state}, ${availability}${running}`;
}

function engineWords({ engine, raftState }: NonNullable<MachineDescription['probe']>): string {
  if (engine.state === 'down') return `down; Raft state on its disk: ${raftState}`;
  const error = engine.error === undefined ? '' : `: ${engine.error}`;
  return `Docker ${engine.version}, in the Swarm: ${engine.localState}${error}`;
}

function bootWords({ boot, uptimeSeconds }: NonNullable<MachineDescription['probe']>): string {
  const state = boot.state === 'failed' ? `failed: ${boot.reason}` : boot.state;
  return `${state}, up for ${age(uptimeSeconds * 1000)}`;
}

function launchWords({
  slot,
  generation,
  state,
  failures,
  lastError,
}: NonNullable<MachineDescription['launch']>): string {
  const failed = failures === 0 ? '' : `, ${failures} before it failed`;
  return `${state}, generation ${generation} of ${slot}${failed}${lastError === undefined ? '' : `: ${lastError}`}`;
}

function eventSection(events: readonly EventRecord[], look: DescribeLook): readonly string[] {
  if (events.length === 0) return [];
  const columns = look.columns === undefined ? undefined : look.columns - 2;
  const lines = events.toReversed().flatMap((event) => eventLines(event, { ...look, columns }));
  return ['', look.paint('strong', 'Events'), ...lines.map((line) => `  ${line}`)];
}
