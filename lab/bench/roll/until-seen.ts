import type { SeenMachine } from '../../demo/machines.ts';
import type { Progress } from '../../demo/progress.ts';
import type { Stage } from '../../demo/stage.ts';
import { shortfall } from '../../demo/whole.ts';
import type { Watch } from './watch.ts';

const PATIENCE_SECONDS = 600;

/**
 * Waits until the cluster is whole, with every node at work, by what the watch sees anyway: asking the engines once more
 * would slow down what is measured.
 * @param isMissing what else is missing of the machines, in a few words
 * @returns the machines that run
 * @throws ClaimError
 */
export async function untilSeenWhole(
  stage: Stage,
  watch: Watch,
  progress: Progress,
  what: string,
  isMissing: (running: readonly SeenMachine[]) => string | undefined = () => undefined,
): Promise<readonly SeenMachine[]> {
  const from = Date.now();
  let lacks = '';
  return await progress.until(
    what,
    PATIENCE_SECONDS,
    async () => {
      const machines = await stage.machines.all();
      const running = machines.filter(({ state }) => state === 'running');
      const look = watch.looks.at(-1);
      const nodes = look === undefined || look.at < from ? undefined : look.nodes;
      const drained = nodes?.some(({ availability }) => availability !== 'Active') ? 'a node is drained' : undefined;
      const missing = isMissing(running) ?? shortfall(nodes, machines, stage.expected) ?? drained;
      lacks = missing ?? '';
      return missing === undefined ? running : undefined;
    },
    () => lacks,
  );
}
