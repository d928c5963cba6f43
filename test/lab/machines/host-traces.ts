import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { attempt } from '../../../lab/machines/real/run.ts';

/** What a lab leaves on the host: each trace in words. Empty when it is gone altogether. */
export async function tracesOf(name: string, stateDirectory: string): Promise<string[]> {
  const traces: string[] = [];
  const marks = [`everswarm-${name}`, stateDirectory];
  const isOurs = (text: string) => marks.some((mark) => text.includes(mark));

  for (const { stdout, what } of [
    { what: 'namespace', stdout: (await attempt('ip', ['netns', 'list'])).stdout },
    { what: 'mount', stdout: await readFile('/proc/self/mountinfo', 'utf8') },
    { what: 'loop device', stdout: (await attempt('losetup', ['--list', '--noheadings'])).stdout },
  ])
    for (const line of stdout.split('\n')) if (isOurs(line)) traces.push(`${what}: ${line}`);

  for (const pid of await readdir('/proc')) {
    if (!/^\d+$/.test(pid) || Number(pid) === process.pid) continue;
    const text = (await textOf(`/proc/${pid}/cmdline`)) + (await textOf(`/proc/${pid}/mountinfo`));
    if (isOurs(text)) traces.push(`process ${pid}: ${(await textOf(`/proc/${pid}/cmdline`)).replaceAll('\0', ' ')}`);
  }
  for (const hierarchy of await readdir('/sys/fs/cgroup'))
    if (
      hierarchy === `everswarm-${name}` ||
      (await namesIn(join('/sys/fs/cgroup', hierarchy))).includes(`everswarm-${name}`)
    )
      traces.push(`cgroup: ${hierarchy}`);
  for (const file of await namesIn(stateDirectory))
    for (const entry of await namesIn(join(stateDirectory, file))) traces.push(`file: ${file}/${entry}`);
  return traces;
}

/** Empty for what has gone or can't be read, as happens with any process at any time. */
async function textOf(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '');
}

async function namesIn(path: string): Promise<string[]> {
  return readdir(path).catch(() => []);
}
