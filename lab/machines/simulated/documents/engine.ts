import { LOGICAL_ID_LABEL, SETTINGS_LABEL, STOPPING_LABEL } from '../../../../lib/names.ts';
import { isReservedLabel } from '../../../../lib/spec/labels.ts';
import { answers } from '../swarm/client.ts';
import { killEngine, startEngine, stopEngine } from '../swarm/lifecycle.ts';
import { updateNode } from '../swarm/membership.ts';
import {
  done,
  EXIT,
  engineAfterBoot,
  failed,
  failedBy,
  isOutcome,
  type Outcome,
  type Script,
  workingManager,
} from './document.ts';

/** A restart of an engine that answers, so soon after the last one, is the same command brought twice. */
const RESTARTED_LATELY = 60_000;

/** What comes of an order that has expired, by the machine's own clock; `undefined`: it has not. */
function expiry({ world, machine, parameter }: Script): Outcome | undefined {
  const expires = parameter('expires');
  const isTooLate = Math.floor((world.clock.now() + machine.clockSkew) / 1000) > Number(expires);
  return isTooLate ? failed(EXIT.tooLate, `it was to be done by ${expires}`) : undefined;
}

/** `engine-restart` */
export async function engineRestart(script: Script): Promise<Outcome> {
  const { world, machine } = script;
  const { engine } = machine;
  const now = world.clock.now();
  const expired = expiry(script);
  if (expired !== undefined) return expired;
  const lately = machine.restartedAt !== undefined && now - machine.restartedAt < RESTARTED_LATELY;
  if (lately && engine !== undefined && answers(engine)) return done('restarted lately');
  machine.restartedAt = now;
  if (engine === undefined) return failed(EXIT.other, 'docker.service has no disk to start on');
  if (engine.hung || engine.process === 'crash-loop') killEngine(world, engine);
  else await stopEngine(world, engine);
  await world.clock.sleep(world.draw(world.figures.engineStart));
  startEngine(world, engine);
  const up = await world.until(() => answers(engine), 30_000);
  return up ? done('the engine answers') : failed(EXIT.other, 'the engine does not answer 30 s after its restart');
}

/** `engine-stop`: a committed write first, as proof that the quorum is there and that this manager is part of it. */
export async function engineStop(script: Script): Promise<Outcome> {
  const { world, machine, parameter } = script;
  if (machine.engine?.process !== 'up') return done('stopped already');
  const expired = expiry(script);
  if (expired !== undefined) return expired;
  const engine = workingManager(script);
  if (isOutcome(engine)) return engine;
  const node = parameter('node');
  const own = engine.disk.swarm?.nodeId;
  if (own !== node)
    return failed(EXIT.otherSwarm, `this machine is node ${own}, the command is meant for node ${node}`);
  try {
    await updateNode(world, engine, node, 'stopping', ({ labels }) => ({
      labels: { ...labels, [STOPPING_LABEL]: parameter('fence') },
    }));
  } catch (error) {
    const { stderr } = failedBy(error);
    return failed(EXIT.noQuorum, `nothing was stopped: ${stderr.trim()}`);
  }
  await stopEngine(world, engine);
  return done('stopped');
}

/** `engine-settings`: labels that are in force without a restart, and stay so over reboots. */
export async function engineSettings(script: Script): Promise<Outcome> {
  const { world, machine, parameter } = script;
  const engine = await engineAfterBoot(script);
  if (isOutcome(engine)) return engine;
  const hash = parameter('hash');
  const inForce = () => answers(engine) && engine.labels[SETTINGS_LABEL] === hash;
  if (inForce()) return done('settings are in force already');
  const labels = readLabels(parameter('labels'));
  if (typeof labels === 'string') return failed(EXIT.unsafe, `no label of the spec: ${labels}; nothing was changed`);
  labels[SETTINGS_LABEL] = hash;
  const logicalId = engine.labels[LOGICAL_ID_LABEL];
  if (logicalId !== undefined) labels[LOGICAL_ID_LABEL] = logicalId;
  machine.keptLabels = labels;
  if (engine.process !== 'up') return failed(EXIT.other, 'the engine does not reload; it takes them when it starts');
  engine.labels = labels;
  world.settle();
  const shown = await world.until(inForce, 10_000);
  return shown ? done('settings applied') : failed(EXIT.other, 'the engine does not show its settings after 10 s');
}

/** @returns the labels by their keys, or the line that is none */
function readLabels(encoded: string): Record<string, string> | string {
  const labels: Record<string, string> = {};
  for (const line of Buffer.from(encoded, 'base64').toString('utf8').split('\n')) {
    if (line === '') continue;
    const [, key = '', value = ''] = /^([A-Za-z_][A-Za-z0-9_.-]{1,127})=(\P{Cc}*)$/u.exec(line) ?? [];
    if (key === '' || isReservedLabel(key) || Object.hasOwn(labels, key)) return line;
    labels[key] = value;
  }
  return labels;
}
