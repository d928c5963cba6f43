import { parseArgs } from 'node:util';
import { CdkError } from './cdk.ts';
import { connect } from './cli/client.ts';
import { showAddresses } from './cli/console.ts';
import { deploy } from './cli/deploy.ts';
import { takeDown } from './cli/down.ts';
import { exportLines } from './cli/environment.ts';
import { HELP } from './cli/help.ts';
import { kill, ps, shell, stop } from './cli/instances.ts';
import { terminal } from './cli/output.ts';
import { printUse, up } from './cli/up.ts';
import { CommandError, UsageError } from './cli/usage-error.ts';
import { events, logs } from './cli/watch.ts';
import { checkLabName, LabNameError } from './machines/real/names.ts';
import { NoSuchMachineError } from './machines/real/shell.ts';
import { DEFAULT_LAB_NAME } from './state.ts';

/** @returns the exit code */
async function main(args: readonly string[]): Promise<number> {
  const { options, command, operands, rest } = parse(args);
  const { name } = options;
  if (options.help || command === 'help') {
    terminal.line(HELP);
    return 0;
  }
  checkLabName(name);
  switch (command) {
    case 'up':
      expect(operands, 0, 0, 'up takes no arguments');
      printUse(await up({ name, port: port(options.port), simulated: options.simulated }, terminal), terminal);
      if (options.deploy) await deploy({ name, assembly: options.template, stack: options.stack }, terminal);
      return 0;
    case 'env':
      for (const line of exportLines((await connect(name)).state.endpoint)) terminal.line(line);
      return 0;
    case 'deploy':
      await deploy({ name, assembly: options.template, stack: options.stack }, terminal);
      return 0;
    case 'ps':
      await ps(name, terminal);
      return 0;
    case 'kill':
      expect(operands, 1, 100, 'kill takes one instance or more');
      await kill(name, operands, terminal);
      return 0;
    case 'stop':
      expect(operands, 1, 1, 'stop takes one instance');
      await stop(name, operands[0] ?? '', terminal);
      return 0;
    case 'shell':
      expect(operands, 1, 1, 'shell takes one instance; a command comes after --');
      return shell(name, operands[0] ?? '', rest, terminal);
    case 'logs':
      expect(operands, 1, 1, 'logs takes one function');
      await logs(name, operands[0] ?? '', options.follow, terminal);
      return 0;
    case 'events':
      await events(name, options.follow, terminal);
      return 0;
    case 'console':
      await showAddresses(name, terminal);
      return 0;
    case 'down':
      await takeDown(name, terminal);
      return 0;
    default:
      throw new UsageError(`there is no command "${command}"; see npm run lab -- --help`);
  }
}

function parse(args: readonly string[]) {
  // What follows `--` is a command for a machine, and its options are none of ours.
  const dashes = args.indexOf('--');
  const own = dashes === -1 ? args : args.slice(0, dashes);
  try {
    const { values, positionals } = parseArgs({
      args: [...own],
      allowPositionals: true,
      options: {
        name: { type: 'string', default: DEFAULT_LAB_NAME },
        port: { type: 'string', default: '4566' },
        simulated: { type: 'boolean', default: false },
        deploy: { type: 'boolean', default: false },
        template: { type: 'string' },
        stack: { type: 'string' },
        follow: { type: 'boolean', short: 'f', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    const [command = 'up', ...operands] = positionals;
    return { options: values, command, operands, rest: dashes === -1 ? [] : args.slice(dashes + 1) };
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : String(error)}; see npm run lab -- --help`);
  }
}

function expect(operands: readonly string[], least: number, most: number, message: string): void {
  if (operands.length < least || operands.length > most) {
    throw new UsageError(`${message}; given: ${operands.join(' ') || 'none'}`);
  }
}

function port(text: string): string {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return text;
  throw new UsageError(`--port is ${JSON.stringify(text)}; allowed is a number from 0 to 65535`);
}

// `lab ps | head -1` closes the pipe early: that is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

const EXPECTED = [CommandError, LabNameError, NoSuchMachineError, CdkError];

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (error instanceof UsageError) process.exitCode = 2;
  else if (EXPECTED.some((kind) => error instanceof kind)) process.exitCode = 1;
  else throw error;
  console.error(error instanceof Error ? error.message : String(error));
}
