import { parseArgs } from 'node:util';
import { UsageError } from '../cli/usage-error.ts';

export interface DemoOptions {
  /** File for the report, as JSON. */
  readonly report: string | undefined;
  /** Leave the lab and the cluster running. */
  readonly keep: boolean;
  readonly simulated: boolean;
  readonly help: boolean;
}

export const DEMO_HELP = `Usage: npm run demo -- [options]

Deploys a Swarm into a lab on this machine, kills its leader, a worker, and all managers, and shows it come back.

  --report FILE   write the figures as JSON
  --keep          leave it running; "npm run lab -- down" takes it away
  --simulated     simulated machines, also where real ones could run
  --help          this text

Exit codes: 0 every claim was checked and held, 1 one did not, 2 the command was not understood.`;

/** @throws UsageError */
export function readOptions(args: readonly string[]): DemoOptions {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        report: { type: 'string' },
        keep: { type: 'boolean', default: false },
        simulated: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    return { ...values, report: values.report };
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : String(error)}\n\n${DEMO_HELP}`);
  }
}
