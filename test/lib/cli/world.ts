import type { RingingAlarm } from '../../../lib/aws/alarms.ts';
import type { CliWorld } from '../../../lib/cli/command-context.ts';
import { runCli } from '../../../lib/cli/run.ts';
import type { TestCluster } from '../../support/cluster.ts';
import { createOperateWorld } from '../operate/world.ts';

export interface Said {
  readonly exit: number;
  /** Lines of standard output and of standard error. */
  readonly out: readonly string[];
  readonly notes: readonly string[];
}

/** The command line over a cluster as the planner's tests break it, with a terminal that writes down what it is told. */
export async function createCliWorld(
  cluster?: TestCluster,
  options: { readonly columns?: number; readonly rows?: number; readonly color?: boolean } = {},
) {
  const it = await createOperateWorld(cluster);
  const answers: string[] = [];
  const files = new Map<string, string>();
  const executed: string[][] = [];
  const alarms: RingingAlarm[] = [];
  const interruption = new AbortController();
  let said: { out: string[]; notes: string[]; written: string };
  const begin = () => {
    said = { out: [], notes: [], written: '' };
  };
  begin();
  const world: CliWorld = {
    terminal: {
      out: (line) => void said.out.push(line),
      note: (line) => void said.notes.push(line),
      write: (text) => {
        said.written += text;
      },
      columns: options.columns,
      rows: options.rows,
      noteColumns: options.columns,
      color: options.color ?? false,
      noteColor: options.color ?? false,
      ask: async (question) => {
        said.notes.push(question);
        return answers.shift();
      },
    },
    clock: it.clock,
    endpoint: undefined,
    version: '1.2.3',
    readText: async (path) => {
      const text = files.get(path);
      if (text !== undefined) return text;
      throw Object.assign(new Error(`ENOENT: no such file or directory, open '${path}'`), { code: 'ENOENT' });
    },
    execute: async (file, words) => {
      executed.push([file, ...words]);
      return 0;
    },
    interruption: () => interruption.signal,
    connect: async () => ({ operator: it.operator, region: 'eu-west-1', alarms: async () => alarms }),
  };
  return {
    ...it,
    world,
    /** What is typed when something is asked, one after the other; then there is nobody. */
    answers,
    files,
    executed,
    alarms,
    interrupt: () => interruption.abort(),
    /** What was drawn on the screen. */
    written: () => said.written,
    /** The same for what waits: time goes on, `milliseconds` at most; then it is interrupted. */
    async runFor(milliseconds: number, ...words: readonly string[]): Promise<Said> {
      let ended = false;
      const running = this.run(...words).finally(() => {
        ended = true;
      });
      await it.clock.run(() => ended, milliseconds);
      if (!ended) interruption.abort();
      await it.clock.run(() => ended, 60_000);
      return running;
    },
    async run(...words: readonly string[]): Promise<Said> {
      begin();
      const exit = await runCli(world, words);
      return { exit, out: said.out, notes: said.notes };
    },
  };
}

export type TestCli = Awaited<ReturnType<typeof createCliWorld>>;
