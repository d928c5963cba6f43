import { gzipSync } from 'node:zlib';
import type { ListPage, Machine } from '../machine.ts';
import { EXIT, failed, type Outcome, type Script } from './document.ts';

/*
 * Systems Manager keeps 24,000 characters of output. A long list of nodes goes out compressed; one that is longer still
 * goes out in pages, the first with the probe that made it and the others one by one. All as the scripts do it.
 */

/** From so many characters on a list is compressed. */
const LONG = 18_000;
/** So many characters a compressed list, or a page of it, may have. */
const LONGEST = 18_500;
const LINES_A_PAGE = 400;
const LISTS_KEPT = 5;

/** The probe's lines about a list of nodes, of which each is one line of JSON, managers first. */
export function listLines(machine: Machine, nodes: readonly string[], now: number): readonly string[] {
  const text = nodes.map((line) => `${line}\n`).join('');
  if (text.length < LONG) return [...nodes.map((line) => `node ${line}`), `nodes ok ${nodes.length}`];
  const packed = pack(nodes);
  if (packed.length <= LONGEST) return [`nodes-gzip ${packed}`, `nodes ok ${nodes.length}`];
  const pages = inPages(nodes);
  const snapshot = keep(machine, pages, now);
  const [first] = pages;
  return [`nodes-gzip ${first?.packed}`, `nodes part ${first?.count} of ${nodes.length} ${pages.length} ${snapshot}`];
}

function inPages(nodes: readonly string[]): readonly ListPage[] {
  for (let lines = LINES_A_PAGE; ; lines = Math.floor(lines / 2)) {
    const pages: ListPage[] = [];
    for (let at = 0; at < nodes.length; at += lines) {
      const page = nodes.slice(at, at + lines);
      pages.push({ packed: pack(page), count: page.length });
    }
    if (lines <= 10 || pages.every(({ packed }) => packed.length <= LONGEST)) return pages;
  }
}

/** @returns the snapshot's name */
function keep({ nodeLists }: Machine, pages: readonly ListPage[], now: number): string {
  let process = 1000;
  const name = () => `${Math.floor(now / 1000)}-${process}`;
  while (nodeLists.has(name())) process += 1;
  nodeLists.set(name(), pages);
  const [oldest] = nodeLists.keys();
  if (nodeLists.size > LISTS_KEPT && oldest !== undefined) nodeLists.delete(oldest);
  return name();
}

function pack(lines: readonly string[]): string {
  return gzipSync(lines.map((line) => `${line}\n`).join(''), { level: 9 }).toString('base64');
}

/** `node-list` */
export async function nodeList({ world, machine, parameter }: Script): Promise<Outcome> {
  await world.clock.sleep(world.draw(world.figures.read));
  const [snapshot, number] = [parameter('snapshot'), Number(parameter('page'))];
  const pages = machine.nodeLists.get(snapshot);
  const page = pages?.[number - 1];
  if (pages === undefined || page === undefined) {
    return failed(EXIT.listGone, `page ${number} of the list ${snapshot} is not kept here (any more); probe again`);
  }
  const lines = [
    'everswarm-nodes 1',
    `instance ${machine.order.instanceId}`,
    `page ${snapshot} ${number} ${pages.length}`,
    `nodes-gzip ${page.packed}`,
    `nodes ok ${page.count}`,
    'end',
  ];
  return { exitCode: EXIT.done, stdout: `${lines.join('\n')}\n`, stderr: '' };
}
