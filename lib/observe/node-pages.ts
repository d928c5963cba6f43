import type { CommandRunner } from '../aws/run-command.ts';
import { documentFacts } from '../flavors/document-facts.ts';
import { checkCount, nodesOfLine } from './node-lines.ts';
import type { SwarmNode } from './observation.ts';
import { Facts, matched, ReportError, reportLines, shown, wholeNumber } from './report-fields.ts';

/** A list of nodes that is longer than one report: the machine keeps it under a name and gives it page by page. */
export interface PagedList {
  readonly snapshot: string;
  readonly pages: number;
  /** Nodes on all pages. */
  readonly total: number;
}

export const SNAPSHOT = /^\d{1,15}-\d{1,10}$/;

/** 100,000 nodes would be 250 pages: what announces more is none of ours. */
const MOST_PAGES = 500;

const VERSION = 'everswarm-nodes 1';

/** The value of `nodes part <number> of <total> <pages> <snapshot>`, without its first word. @throws ReportError */
export function partOfList(value: string): { readonly count: number; readonly list: PagedList } {
  const [, count, total, pages, snapshot] = /^(\S+) of (\S+) (\S+) (\S+)$/.exec(value) ?? [];
  if (count === undefined || total === undefined || pages === undefined || snapshot === undefined) {
    throw new ReportError(`"nodes part" is ${shown(value)}`);
  }
  const list = {
    snapshot: matched('snapshot', snapshot, SNAPSHOT),
    pages: wholeNumber('pages', pages),
    total: wholeNumber('total', total),
  };
  if (list.pages < 2 || list.pages > MOST_PAGES) throw new ReportError(`"nodes part" announces ${list.pages} pages`);
  return { count: wholeNumber('nodes', count), list };
}

/**
 * The whole list, the first page being known; `undefined` when a page could not be had, or they don't make up the list
 * that was announced. Reads only; never throws for what a machine says.
 */
export async function remainingNodes(options: {
  readonly runner: CommandRunner;
  readonly instanceId: string;
  readonly first: readonly SwarmNode[];
  readonly list: PagedList;
}): Promise<readonly SwarmNode[] | undefined> {
  const { runner, instanceId, first, list } = options;
  const { deliverySeconds, waitSeconds } = documentFacts('node-list');
  const numbers = Array.from({ length: list.pages - 1 }, (_, index) => index + 2);
  const pages = await Promise.all(
    numbers.map(async (page) => {
      const outcomes = await runner.run({
        document: 'node-list',
        instanceIds: [instanceId],
        parameters: { snapshot: list.snapshot, page: String(page) },
        deliverySeconds,
        waitSeconds,
      });
      const outcome = outcomes.get(instanceId);
      if (outcome?.kind !== 'finished' || outcome.exitCode !== 0) return undefined;
      return parseNodePage(outcome.stdout, { instanceId, page, list });
    }),
  );
  const nodes = [...first];
  for (const page of pages) {
    if (page === undefined || !page.ok) return undefined;
    nodes.push(...page.nodes);
  }
  const whole = nodes.length === list.total && new Set(nodes.map(({ id }) => id)).size === nodes.length;
  return whole ? nodes : undefined;
}

export type ParsedPage =
  | { readonly ok: true; readonly nodes: readonly SwarmNode[] }
  | { readonly ok: false; readonly reason: string };

/** Reads the output of `node-list`: strictly, and any text gives nodes or the reason why there are none. */
export function parseNodePage(
  text: string,
  asked: { readonly instanceId: string; readonly page: number; readonly list: PagedList },
): ParsedPage {
  try {
    const facts = new Facts(['instance', 'page', 'nodes']);
    const nodes: SwarmNode[] = [];
    for (const { name, value } of reportLines(text, VERSION)) {
      const listed = nodesOfLine(name, value);
      if (listed === undefined) facts.add(name, value);
      else nodes.push(...listed);
    }
    const expected = `${asked.list.snapshot} ${asked.page} ${asked.list.pages}`;
    if (facts.required('instance') !== asked.instanceId) throw new ReportError(`it is not from ${asked.instanceId}`);
    if (facts.required('page') !== expected) throw new ReportError(`"page" is not ${expected}`);
    const value = facts.required('nodes');
    checkCount(nodes, wholeNumber('nodes', /^ok (.+)$/.exec(value)?.[1] ?? value));
    return { ok: true, nodes };
  } catch (error) {
    if (error instanceof ReportError) return { ok: false, reason: error.message };
    throw error;
  }
}
