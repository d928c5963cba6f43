/** The search path inside a machine; nothing of the host's environment goes in. */
const ENVIRONMENT = ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'HOME=/root', 'TERM=xterm'];

/** The host's command that runs `command` in all namespaces of the machine whose process 1 is `init`. */
export function enterCommand(init: number, command: readonly string[]): { command: string; args: string[] } {
  return {
    command: 'nsenter',
    args: ['--target', String(init), '--all', '--', '/usr/bin/env', '-i', ...ENVIRONMENT, ...command],
  };
}
