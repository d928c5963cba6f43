/**
 * A lab as a background process. Started by the command line with an IPC channel, over which it tells how far it is;
 * it goes on when that is closed, until it is asked to go down or gets SIGTERM or SIGINT.
 */
import { parseArgs } from 'node:util';
import { type Lab, startLab } from './lab.ts';

/** What the daemon tells whoever started it. */
export type DaemonMessage =
  | { readonly kind: 'progress'; readonly line: string }
  | { readonly kind: 'ready'; readonly endpoint: string }
  | { readonly kind: 'failed'; readonly message: string };

function tell(message: DaemonMessage): void {
  if (process.connected) process.send?.(message);
}

const { values } = parseArgs({
  options: {
    name: { type: 'string', default: 'lab' },
    simulated: { type: 'boolean', default: false },
    port: { type: 'string', default: '4566' },
    state: { type: 'string' },
  },
});
if (values.state === undefined) throw new Error('--state <directory> is required');

let lab: Lab | undefined;

async function goDown(): Promise<void> {
  await lab?.stop();
  process.exit(0);
}

process.once('SIGTERM', () => void goDown());
process.once('SIGINT', () => void goDown());

try {
  lab = await startLab({
    name: values.name,
    fleet: values.simulated ? 'simulated' : 'real',
    port: Number(values.port),
    stateDirectory: values.state,
    progress: (line) => tell({ kind: 'progress', line }),
    // On AWS each of a burst of events gets machinery of its own; here their cold starts would take the machine from the
    // very nodes that are to be healed. What finds both taken waits, as on AWS at the account's limit.
    functionConcurrency: 2,
    onDown: () => void goDown(),
  });
} catch (error) {
  tell({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
  throw error;
}
lab.region.onFault(({ what, error }) => console.error(new Date().toISOString(), what, error));
tell({ kind: 'ready', endpoint: lab.endpoint });
