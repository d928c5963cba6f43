import { z } from 'zod';
import type { Progress } from '../../demo/progress.ts';
import type { Stage } from '../../demo/stage.ts';

export const PORT = 8080;
const NAME = 'everswarm-roll';
const REPLICAS = 3;
const PATIENCE_SECONDS = 120;
const SERVE = `mkdir -p /www && hostname > /www/index.html && exec httpd -f -p ${PORT} -h /www`;

const Replicas = z.object({ Name: z.string(), Replicas: z.string() });

/** A web server with three replicas on the workers, one at most on each: they share their machine's network. */
export async function createService(stage: Stage, progress: Progress): Promise<void> {
  const placement = ['--constraint', 'node.role==worker', '--replicas-max-per-node', '1', '--network', 'host'];
  const options = ['--detach', '--no-resolve-image', '--name', NAME, '--replicas', String(REPLICAS), ...placement];
  const image = ['--stop-grace-period', '1s', 'busybox:latest', 'sh', '-c', SERVE];
  await stage.engines.onManager(['docker', 'service', 'create', ...options, ...image]);
  let seen = '';
  await progress.until(
    'its three replicas to run',
    PATIENCE_SECONDS,
    async () => {
      seen = (await replicas(stage)) ?? 'no answer';
      return seen === `${REPLICAS}/${REPLICAS}` ? true : undefined;
    },
    () => seen,
  );
}

async function replicas(stage: Stage): Promise<string | undefined> {
  const command = ['docker', 'service', 'ls', '--format', '{{json .}}'];
  const list = await stage.engines.onManager(command).catch(() => '');
  // With --replicas-max-per-node there is a remark behind the numbers.
  const lines = list.split('\n').filter((line) => line !== '');
  return lines
    .map((line) => Replicas.parse(JSON.parse(line)))
    .find(({ Name }) => Name === NAME)
    ?.Replicas.split(' ')[0];
}
