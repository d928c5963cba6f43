import { get } from 'node:http';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import type { CallReport } from './caller.ts';

/**
 * The client: runs in the VPC's network, calls the service every 100 ms, and tries the addresses one after the other as a
 * load balancer does. Reads the addresses from standard input, a JSON list a line; writes its report when that ends.
 */
const EVERY_MS = 100;
/** Of one try. Nobody answers at the address of a machine that is gone. */
const PATIENCE_MS = 3_000;

const Addresses = z.array(z.string());
const [port = ''] = process.argv.slice(2);

let addresses: readonly string[] = [];
let turn = 0;
let calls = 0;
let retried = 0;
let longest = 0;
const failures: { readonly at: number; readonly why: string }[] = [];
const open = new Set<Promise<void>>();

async function call(): Promise<void> {
  const began = performance.now();
  const first = turn++;
  const wrong: string[] = [];
  for (let index = 0; index < addresses.length; index += 1) {
    const address = addresses[(first + index) % addresses.length] ?? '';
    const error = await attempt(address);
    if (error === undefined) {
      if (index > 0) retried += 1;
      longest = Math.max(longest, performance.now() - began);
      return;
    }
    wrong.push(`${address}: ${error}`);
  }
  failures.push({ at: Date.now(), why: wrong.join('; ') });
}

/** @returns what was wrong */
function attempt(address: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const request = get({ host: address, port, path: '/', agent: false, timeout: PATIENCE_MS }, (response) => {
      response.resume();
      response.once('end', () => resolve(response.statusCode === 200 ? undefined : `status ${response.statusCode}`));
      response.once('error', (error) => resolve(error.message));
    });
    request.once('timeout', () => request.destroy(new Error('no answer')));
    request.once('error', (error) => resolve('code' in error ? String(error.code) : error.message));
  });
}

const timer = setInterval(() => {
  if (addresses.length === 0) return;
  calls += 1;
  const made: Promise<void> = call().finally(() => open.delete(made));
  open.add(made);
}, EVERY_MS);

for await (const line of createInterface(process.stdin)) addresses = Addresses.parse(JSON.parse(line));

clearInterval(timer);
await Promise.all(open);
const report: CallReport = { calls, retried, longestMs: Math.round(longest), failures };
process.stdout.write(`${JSON.stringify(report)}\n`);
