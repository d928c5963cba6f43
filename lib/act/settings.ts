import type { Action } from '../plan/action.ts';
import { settingsHash } from '../spec/settings-hash.ts';
import type { GroupSpec } from '../spec/spec.ts';
import type { ActContext } from './context.ts';
import { inOne, runScriptOnMany } from './many.ts';
import { type ActionOutcome, failed } from './outcome.ts';

/** Gives engines their group's labels without a restart; those that show them already say so at once. */
export async function applySettings(
  action: Extract<Action, { kind: 'applySettings' }>,
  context: ActContext,
): Promise<ActionOutcome> {
  const { committed, former } = context;
  const newest = Object.hasOwn(committed.spec.groups, action.group) ? committed.spec.groups[action.group] : undefined;
  const known = [newest, former.get(action.group)?.spec];
  const group = known.find((candidate) => candidate !== undefined && settingsHash(candidate) === action.hash);
  if (group === undefined) {
    const message = `group "${action.group}" has no settings with the hash ${action.hash}; plan again`;
    return failed('NoSuchSettings', message, 'soon');
  }
  const parameters = { hash: action.hash, labels: labelLines(group) };
  return inOne(await runScriptOnMany('engine-settings', action.instanceIds, parameters, context));
}

/** As `templates/README.md` says: base64 of lines, so that no value meets a shell; without labels a single newline. */
function labelLines({ labels }: GroupSpec): string {
  const lines = Object.entries(labels)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([key, value]) => `${key}=${value}\n`);
  return Buffer.from(lines.length === 0 ? '\n' : lines.join('')).toString('base64');
}
