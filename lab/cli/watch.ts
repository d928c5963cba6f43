import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { connect } from './client.ts';
import type { Output } from './output.ts';

const Lines = z.array(z.object({ number: z.number(), at: z.number(), message: z.string() }));
const Events = z.array(
  z.object({
    number: z.number(),
    at: z.number(),
    source: z.string(),
    'detail-type': z.string(),
    resources: z.array(z.string()),
    detail: z.unknown(),
  }),
);

/** What a function wrote; with `follow`, also what it goes on to write, until interrupted. */
export async function logs(name: string, functionName: string, follow: boolean, output: Output): Promise<void> {
  const lab = await connect(name);
  let after = 0;
  do {
    const query = new URLSearchParams({ function: functionName, after: String(after) });
    for (const line of await lab.get(`logs?${query}`, Lines)) {
      output.line(line.message);
      after = line.number;
    }
    if (follow) await sleep(300);
  } while (follow);
}

/** Events of the default bus. */
export async function events(name: string, follow: boolean, output: Output): Promise<void> {
  const lab = await connect(name);
  let after = 0;
  do {
    for (const event of await lab.get(`events?after=${after}`, Events)) {
      const time = new Date(event.at).toISOString().slice(11, 23);
      output.line(`${time}  ${event.source}  ${event['detail-type']}  ${JSON.stringify(event.detail)}`);
      after = event.number;
    }
    if (follow) await sleep(300);
  } while (follow);
}
