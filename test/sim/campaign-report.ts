import type { CampaignResult } from './campaign.ts';

/** What a campaign has been through, and which seeds broke a rule, as text. */
export function reportOf(result: CampaignResult): string {
  const { seeds, seconds, failures, coverage, calls, virtualHours, longest } = result;
  const lines: string[] = [];
  for (const kind of ['fault', 'state', 'action', 'held', 'waiting for']) {
    const counts = [...coverage.counts].filter(([name]) => name.startsWith(`${kind} `));
    lines.push(`${kind}:`);
    for (const [name, count] of counts.toSorted(([, a], [, b]) => b - a)) {
      lines.push(`${String(count).padStart(9)} ${name.slice(kind.length + 1)}`);
    }
  }
  lines.push(
    `${seeds} seeds in ${seconds.toFixed(0)} s: ${(seeds / seconds).toFixed(1)} a second, ${calls} calls, ${virtualHours.toFixed(0)} virtual hours`,
    `longest from calm to whole: ${(longest.milliseconds / 1000).toFixed(0)} s (seed ${longest.seed})`,
    `${failures.length} seeds with a violation`,
  );
  for (const { seed, violations } of failures) {
    const [first] = violations;
    lines.push(`  ${first?.rule}: ${first?.what}`, `    npm run sim -- --seed ${seed}`);
  }
  return lines.join('\n');
}
