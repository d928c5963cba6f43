/** The search path inside a machine; nothing of the host's environment goes in. */
const ENVIRONMENT = ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'HOME=/root', 'TERM=xterm'];

/**
 * Waits for the command outside the machine's process namespace. nsenter(1) would do so by itself, but stops with a child
 * that is stopped: at a shutdown systemd stops all processes before it ends them, nobody lets nsenter go on, and the
 * namespace waits for it for ever. A shell just waits. It must not become the command: hence the second statement.
 */
const WAIT = ['/bin/sh', '-c', '"$@"; exit $?', 'sh'];

/** The host's command that runs `command` in all namespaces of the machine whose process 1 is `init`. */
export function enterCommand(init: number, command: readonly string[]): { command: string; args: string[] } {
  return {
    command: 'nsenter',
    args: [
      '--target',
      String(init),
      '--all',
      '--no-fork',
      '--',
      '/usr/bin/env',
      '-i',
      ...ENVIRONMENT,
      ...WAIT,
      ...command,
    ],
  };
}
