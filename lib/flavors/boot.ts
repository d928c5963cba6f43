import { LOGICAL_ID_LABEL, SETTINGS_LABEL } from '../names.ts';
import { settingsHash } from '../spec/settings-hash.ts';
import type { CommittedSpec, GroupSpec } from '../spec/spec.ts';
import { renderTemplate } from '../templates.ts';
import { MACHINE_PATHS, type MachinePaths } from './machine-paths.ts';

/** EC2's limit for user data before it is encoded (RunInstances, UserData). */
export const USER_DATA_LIMIT = 16_384;

export interface BootOrder {
  readonly committed: CommittedSpec;
  /** Name of the group. */
  readonly group: string;
  /** Pets only: whose state volume the machine waits for. */
  readonly logicalId?: string;
  readonly volumeId?: string;
}

/**
 * The user data of a machine: `templates/boot.sh.hbs` with the group's settings. The same order gives the same text.
 * @throws BootScriptError
 */
export function renderBoot(order: BootOrder, paths: MachinePaths = MACHINE_PATHS): string {
  const { spec } = order.committed;
  const group = Object.hasOwn(spec.groups, order.group) ? spec.groups[order.group] : undefined;
  if (group === undefined) {
    const known = Object.keys(spec.groups).join(', ');
    throw new BootScriptError(`group "${order.group}" is not in the spec; its groups are ${known}`);
  }
  const logicalId = order.logicalId ?? '';
  const volumeId = order.volumeId ?? '';
  const total = group.initCommands.length;
  const text = renderTemplate('boot.sh.hbs', {
    // For whoever reads the user data of a machine, the simulated ones included.
    header: JSON.stringify({
      cluster: spec.cluster,
      group: order.group,
      flavor: group.flavor,
      docker: group.ami.docker,
      labels: group.labels,
      settings: settingsHash(group),
      logicalId: order.logicalId ?? null,
      volumeId: order.volumeId ?? null,
    }),
    paths,
    install: group.ami.docker === 'install',
    volumeId,
    daemonJson: JSON.stringify(engineSettings(group, logicalId), undefined, 2),
    initCommands: group.initCommands.map((command, index) => ({ number: index + 1, total, command })),
  });
  const size = Buffer.byteLength(text);
  if (size > USER_DATA_LIMIT) {
    throw new BootScriptError(
      `group "${order.group}": its boot script has ${size} bytes, EC2 takes ${USER_DATA_LIMIT}; shorten its initCommands (${sizeOf(group.initCommands)} bytes), e.g. to the download of one script, or its labels`,
    );
  }
  return text;
}

export class BootScriptError extends Error {
  readonly code = 'InvalidBootScript';
  constructor(message: string) {
    super(message);
    this.name = 'BootScriptError';
  }
}

/**
 * The engine's `daemon.json`. `live-restore` stays off: the engine refuses it in a Swarm
 * (https://docs.docker.com/engine/daemon/live-restore/). The default log driver never rotates, so logs are bounded.
 */
function engineSettings(group: GroupSpec, logicalId: string): Record<string, unknown> {
  const labels = Object.entries(group.labels).map(([name, value]) => `${name}=${value}`);
  labels.push(`${SETTINGS_LABEL}=${settingsHash(group)}`);
  if (logicalId !== '') labels.push(`${LOGICAL_ID_LABEL}=${logicalId}`);
  // `engine-settings` changes the labels without reading JSON: first, and one a line (templates/partials/engine-labels).
  return {
    labels,
    'live-restore': false,
    'log-driver': 'json-file',
    'log-opts': { 'max-size': '10m', 'max-file': '3' },
  };
}

function sizeOf(texts: readonly string[]): number {
  return texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
}
