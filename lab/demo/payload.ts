import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { ClaimError, type Progress } from './progress.ts';
import type { Stage } from './stage.ts';

const NAME = 'everswarm-demo';
const REPLICAS = 3;
const Replicas = z.object({ Name: z.string(), Replicas: z.string() });

/** A service and a secret that the Swarm is given, and that have to be there after everything. */
export class Payload {
  readonly #stage: Stage;
  readonly #secret = randomBytes(12).toString('hex');

  constructor(stage: Stage) {
    this.#stage = stage;
  }

  async create(progress: Progress): Promise<void> {
    const { engines, machines } = this.#stage;
    if (engines.areReal) {
      const [manager] = await machines.running('managers');
      if (manager === undefined) throw new ClaimError('a secret', 'no manager runs');
      // The secret goes in by standard input, as a person would do it.
      const script = `printf %s '${this.#secret}' | docker secret create ${NAME} -`;
      const { code, stderr } = await engines.run(manager.id, ['sh', '-c', script]);
      if (code !== 0) throw new ClaimError('docker secret create', stderr.trim());
    } else {
      await engines.onManager(['docker', 'secret', 'create', NAME, '/dev/stdin']);
    }
    await engines.onManager([
      'docker',
      'service',
      'create',
      '--detach',
      '--no-resolve-image',
      '--name',
      NAME,
      '--replicas',
      String(REPLICAS),
      '--network',
      'host',
      '--secret',
      NAME,
      '--stop-grace-period',
      '1s',
      'busybox:latest',
      'sleep',
      '1000000',
    ]);
    await this.untilServiceRuns('its three replicas to run', progress);
  }

  async untilServiceRuns(what: string, progress: Progress): Promise<void> {
    let seen = '';
    await progress.until(
      what,
      120,
      async () => {
        seen = (await this.#replicas()) ?? 'no answer';
        return seen === `${REPLICAS}/${REPLICAS}` ? true : undefined;
      },
      () => seen,
    );
  }

  /** Real engines: read inside a running task, and compared. Simulated ones: it is in the list. */
  async secretIsThere(): Promise<boolean> {
    const { engines, machines } = this.#stage;
    if (!engines.areReal) {
      return (await engines.onManager(['docker', 'secret', 'ls', '--format', '{{.Name}}'])).split('\n').includes(NAME);
    }
    const script = `task=$(docker ps --quiet --filter label=com.docker.swarm.service.name=${NAME} | head -n 1); test -n "$task" && docker exec "$task" cat /run/secrets/${NAME}`;
    const running = (await machines.all()).filter(({ state }) => state === 'running');
    const answers = await Promise.all(running.map(({ id }) => engines.run(id, ['sh', '-c', script])));
    const read = answers.filter(({ code }) => code === 0);
    return read.length > 0 && read.every(({ stdout }) => stdout === this.#secret);
  }

  async #replicas(): Promise<string | undefined> {
    const list = await this.#stage.engines
      .onManager(['docker', 'service', 'ls', '--format', '{{json .}}'])
      .catch(() => '');
    return list
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => Replicas.parse(JSON.parse(line)))
      .find(({ Name }) => Name === NAME)?.Replicas;
  }
}
