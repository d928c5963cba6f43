import { z } from 'zod';
import { connect } from './client.ts';
import type { Output } from './output.ts';

const Listed = z.object({ dashboards: z.array(z.string()) });

/** Prints where a browser finds the dashboards of a running lab. */
export async function showAddresses(name: string, output: Output): Promise<void> {
  const lab = await connect(name);
  const { dashboards } = await lab.get('console/dashboards', Listed);
  for (const dashboard of dashboards) {
    output.line(`${lab.state.endpoint}/_lab/console/${encodeURIComponent(dashboard)}`);
  }
  if (dashboards.length === 0) output.note('There is no dashboard yet. Deploy a stack: npm run lab -- deploy');
}
