import { spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MachinePaths } from '../../../lib/flavors/machine-paths.ts';

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * A directory that stands for a machine: the scripts' own paths are in it, and commands that would reach out are
 * replaced by short scripts. Each call of a replaced command is noted.
 */
export class StubMachine implements AsyncDisposable {
  readonly directory: string;
  readonly paths: MachinePaths;

  private constructor(directory: string) {
    this.directory = directory;
    this.paths = {
      run: join(directory, 'run'),
      state: join(directory, 'state'),
      docker: join(directory, 'docker'),
      dockerSocket: join(directory, 'docker.sock'),
      daemonJson: join(directory, 'etc/docker/daemon.json'),
      hostname: join(directory, 'hostname'),
      program: join(directory, 'program'),
      units: join(directory, 'units'),
      devices: join(directory, 'devices'),
    };
  }

  static async create(): Promise<StubMachine> {
    const machine = new StubMachine(await mkdtemp(join(tmpdir(), 'everswarm-script-')));
    for (const name of ['bin', 'run', 'docker', 'devices', 'etc/docker', 'answers']) {
      await mkdir(join(machine.directory, name), { recursive: true });
    }
    await machine.stub('curl', CURL);
    return machine;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.directory, { recursive: true, force: true });
  }

  /** Replaces a command; `$0` notes its arguments in `calls` before the body runs. */
  async stub(name: string, body: string): Promise<void> {
    const path = join(this.directory, 'bin', name);
    await writeFile(
      path,
      `#!/bin/bash\necho "${name} $*" >> ${join(this.directory, 'calls')}\ncd ${this.directory}\n${body}\n`,
    );
    await chmod(path, 0o755);
  }

  async put(name: string, text: string): Promise<void> {
    await mkdir(join(this.directory, name, '..'), { recursive: true });
    await writeFile(join(this.directory, name), text);
  }

  async read(name: string): Promise<string> {
    return (await readFile(join(this.directory, name), 'utf8')).trim();
  }

  async calls(): Promise<string[]> {
    return (await this.read('calls')).split('\n');
  }

  /** Runs a script with its parameters put in, as Systems Manager does. */
  async run(script: string, parameters: Record<string, string> = {}, wrapper: readonly string[] = []): Promise<Ended> {
    const text = script.replace(/\{\{ (\w+) \}\}/g, (_, name: string) => parameters[name] ?? `no-${name}`);
    await this.put('script', text);
    const [command = 'bash', ...rest] = [...wrapper, 'bash', join(this.directory, 'script')];
    const argument = wrapper.length > 0 ? ['run'] : [];
    const path = `${join(this.directory, 'bin')}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`;
    const child = spawn(command, [...rest, ...argument], { env: { PATH: path }, stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      stdout += chunk;
    });
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      stderr += chunk;
    });
    return await new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code, signal) => resolve({ code: code ?? (signal === null ? -1 : -2), stdout, stderr }));
    });
  }
}

/** Instance metadata, and the engine's API on its socket. */
const CURL = `
case "$*" in
  */api/token*) echo token ;;
  */instance-id*) echo i-0000000a ;;
  */local-ipv4*) echo 10.42.0.10 ;;
  */placement/region*) echo eu-central-1 ;;
  */_ping*) echo -n OK ;;
  */swarm/join*) cat > join-body; . ./answers/join ;;
  *) exit 22 ;;
esac`;
