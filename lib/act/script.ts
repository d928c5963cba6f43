import { createHash } from 'node:crypto';
import type { CommandOutcome } from '../aws/run-command.ts';
import { documentFacts } from '../flavors/document-facts.ts';
import type { DocumentKey } from '../names.ts';
import type { ActContext } from './context.ts';
import { type ActionOutcome, done, failed } from './outcome.ts';

/** The exit codes of the machines' scripts (`templates/README.md`), and whether they pass by themselves. */
const EXIT_CODES: ReadonlyMap<number, { readonly code: string; readonly retry: 'soon' | 'backoff' }> = new Map([
  [10, { code: 'WrongMachine', retry: 'backoff' }],
  [11, { code: 'StaleFence', retry: 'backoff' }],
  [12, { code: 'Busy', retry: 'soon' }],
  [13, { code: 'BootNotFinished', retry: 'soon' }],
  [15, { code: 'TooLate', retry: 'soon' }],
  [16, { code: 'Repeated', retry: 'soon' }],
  [20, { code: 'NoToken', retry: 'soon' }],
  [21, { code: 'JoinRefused', retry: 'soon' }],
  [22, { code: 'OtherSwarm', retry: 'backoff' }],
  [30, { code: 'RefusedForSafety', retry: 'backoff' }],
  [40, { code: 'NoQuorum', retry: 'soon' }],
]);

/** Runs one of the cluster's documents, meant for these instances and under this lease. */
export async function runScript(
  document: DocumentKey,
  instanceIds: readonly string[],
  parameters: Readonly<Record<string, string>>,
  context: ActContext,
): Promise<Map<string, ActionOutcome>> {
  const { deliverySeconds, waitSeconds } = documentFacts(document);
  const meant = { instances: instanceIds.join(','), fence: String(context.lease.fence), ...parameters };
  const outcomes = await context.runner.run({
    document,
    instanceIds,
    parameters: { ...meant, order: orderOf(document, meant, context) },
    deliverySeconds,
    waitSeconds,
  });
  return new Map(
    instanceIds.map((id) => {
      const outcome = outcomes.get(id);
      return [id, outcome === undefined ? failed('NoOutcome', `${id}: not sent`, 'soon') : scriptOutcome(id, outcome)];
    }),
  );
}

/**
 * Names one command, 16 hexadecimal digits. Systems Manager may bring a command twice, the second time minutes later, when
 * what it was decided on holds no more; the same is decided anew only in a later pass, at another time.
 */
function orderOf(document: DocumentKey, meant: Readonly<Record<string, string>>, { clock }: ActContext): string {
  return createHash('sha256')
    .update(JSON.stringify([document, meant, clock.now()]))
    .digest('hex')
    .slice(0, 16);
}

/** The same for a single machine. */
export async function runScriptOn(
  document: DocumentKey,
  instanceId: string,
  parameters: Readonly<Record<string, string>>,
  context: ActContext,
): Promise<ActionOutcome> {
  const outcomes = await runScript(document, [instanceId], parameters, context);
  return outcomes.get(instanceId) ?? failed('NoOutcome', `${instanceId}: not sent`, 'soon');
}

function scriptOutcome(instanceId: string, outcome: CommandOutcome): ActionOutcome {
  switch (outcome.kind) {
    case 'offline':
      return failed('Offline', `${instanceId}: ${outcome.reason}`, 'soon');
    case 'timeout':
      return failed('StillRunning', `${instanceId}: ${outcome.reason}; the next pass looks at what came of it`, 'soon');
    case 'failed':
      return failed(outcome.code, `${instanceId}: ${outcome.reason}`, 'backoff');
    case 'finished': {
      if (outcome.exitCode === 0) return done(lastLine(outcome.stdout));
      const known = EXIT_CODES.get(outcome.exitCode);
      const message = `${instanceId}: ${complaint(outcome.stderr)}`;
      return failed(known?.code ?? 'ScriptFailed', message, known?.retry ?? 'backoff');
    }
  }
}

/** The script's own last word; without one, whatever standard error ends with. */
function complaint(stderr: string): string {
  const lines = stderr.trim().split('\n');
  const own = lines.findLast((line) => line.startsWith('everswarm: '));
  return (own?.replace(/^everswarm: \d+ /, '') ?? lines.at(-1) ?? '').slice(0, 500) || 'the script gave no reason';
}

function lastLine(stdout: string): string {
  return stdout.trim().split('\n').at(-1) ?? '';
}
