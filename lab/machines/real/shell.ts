import { enterCommand } from './enter-command.ts';
import { machineNamespace } from './names.ts';
import { initOf } from './processes.ts';

/** There is no such machine running. */
export class NoSuchMachineError extends Error {
  readonly code = 'NoSuchMachine';
  constructor(name: string, instanceId: string) {
    super(`the lab "${name}" has no running machine ${instanceId}; look at its list of machines`);
    this.name = 'NoSuchMachineError';
  }
}

/**
 * The host's command for an interactive shell in a machine, to be run with the terminal inherited. It needs no fleet in
 * this process: the machine is found by its name alone.
 * @throws NoSuchMachineError
 */
export async function shellCommand(
  name: string,
  instanceId: string,
  command: readonly string[] = ['/bin/bash', '--login'],
): Promise<{ command: string; args: string[] }> {
  const init = await initOf(machineNamespace(name, instanceId));
  if (init === undefined) throw new NoSuchMachineError(name, instanceId);
  return enterCommand(init, command);
}
