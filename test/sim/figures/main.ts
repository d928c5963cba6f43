import { replaceFive } from './replacement.ts';
import { scaleOut } from './scale-out.ts';

/** The figures of docs/rollouts.md that come from the simulation: `npm run figures`. */
for (const [what, update] of [
  ['as declared by default', undefined],
  ['no time to prove itself', '{ healthySeconds: 0 }'],
  ['all five at once', '{ maxSurge: 5, healthySeconds: 0 }'],
  ["InfraKit's way, one missing", '{ maxSurge: 0, maxUnavailable: 1, healthySeconds: 0 }'],
] as const) {
  const { seconds, belowTarget, most } = await replaceFive(update);
  print(
    `five workers replaced, ${what}: ${seconds.toFixed(1)} s, ${(100 * belowTarget).toFixed(0)} % below target, at most ${most} machines`,
  );
}
for (const workers of [100, 300, 1_000]) {
  const { seconds, leastSeconds, ratio, callsPerWorker, calls, refused } = await scaleOut(workers);
  const most = calls.slice(0, 6).map(([name, count]) => `${name} ${count}`);
  print(
    `0 → ${workers} workers: ${seconds.toFixed(1)} s, at least ${leastSeconds.toFixed(1)} s (${ratio.toFixed(2)}); ${callsPerWorker.toFixed(2)} AWS calls a worker (${most.join(', ')}), ${refused} refused`,
  );
}
// What a world still waits for in virtual time keeps no process alive, but its timers are many: end here.
process.exit();

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
