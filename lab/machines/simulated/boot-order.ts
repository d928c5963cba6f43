import { LOGICAL_ID_LABEL, SETTINGS_LABEL } from '../../../lib/names.ts';

/** What the boot script of an instance is to do, as far as a simulated machine can follow it. */
export interface BootOrder {
  /** The state volume to wait for and to mount; `undefined`: the root disk holds the state. */
  readonly volumeId: string | undefined;
  readonly docker: 'preinstalled' | 'install';
  /** Engine labels. */
  readonly labels: Readonly<Record<string, string>>;
}

/**
 * Reads the order out of user data. The boot script says it in one comment line,
 * `# everswarm-boot {"volumeId":…,"logicalId":…,"docker":…,"labels":{…},"settings":…}`, each key optional or null;
 * a script without that line is searched for a volume id and the label.
 * @throws SyntaxError when the line is there and is not JSON
 */
export function readBootOrder(userData: string): BootOrder {
  const header = readHeader(userData);
  const volumeId = header === undefined ? volumeIn(userData) : text(header['volumeId']);
  const logicalId = header === undefined ? logicalIdIn(userData) : text(header['logicalId']);
  const labels = { ...texts(header?.['labels']) };
  const settings = text(header?.['settings']);
  if (settings !== undefined) labels[SETTINGS_LABEL] = settings;
  if (logicalId !== undefined) labels[LOGICAL_ID_LABEL] = logicalId;
  return { volumeId, labels, docker: header?.['docker'] === 'install' ? 'install' : 'preinstalled' };
}

function readHeader(userData: string): Record<string, unknown> | undefined {
  const line = /^# everswarm-boot (\{.*\})\s*$/m.exec(userData)?.[1];
  const value: unknown = line === undefined ? undefined : JSON.parse(line);
  return isRecord(value) ? value : undefined;
}

/** `vol-0123…`, or `vol0123…` as in the names under `/dev/disk/by-id`. */
function volumeIn(userData: string): string | undefined {
  const hex = /\bvol-?([0-9a-f]{8,17})\b/.exec(userData.replaceAll('Block_Store_vol', 'Block_Store vol'))?.[1];
  return hex === undefined ? undefined : `vol-${hex}`;
}

function logicalIdIn(userData: string): string | undefined {
  const at = userData.indexOf(LOGICAL_ID_LABEL);
  return at < 0
    ? undefined
    : /^[\s"'=:]*((?:\d{1,3}\.){3}\d{1,3})/.exec(userData.slice(at + LOGICAL_ID_LABEL.length))?.[1];
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function texts(value: unknown): Record<string, string> {
  if (!isRecord(value)) return {};
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, item]) => (typeof item === 'string' ? [[key, item]] : [])),
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
