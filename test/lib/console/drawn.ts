import { XMLParser } from 'fast-xml-parser';
import { consoleView, type ViewOptions } from '../../../lib/console/console-view.ts';
import { renderConsole } from '../../../lib/console/render.ts';
import { overviewOf } from '../../../lib/operate/overview.ts';
import { look } from '../../../lib/operate/situation.ts';
import type { MachineOrder, Pause } from '../../../lib/plan/records.ts';
import type { EventRecord } from '../../../lib/store/store.ts';
import type { TestCluster } from '../../support/cluster.ts';
import { createOperateWorld } from '../operate/world.ts';

export const ENDPOINT = 'arn:aws:lambda:us-east-1:123456789012:function:orders';

/** The widget over a cluster as the planner's tests break it: what it shows, and its HTML. */
export async function drawn(
  cluster: TestCluster,
  options: {
    readonly events?: readonly EventRecord[];
    readonly ask?: boolean;
    readonly pause?: Pause;
    readonly order?: MachineOrder;
  } = {},
) {
  const { operator, store } = await createOperateWorld(cluster);
  await store.decidePause(options.pause);
  if (options.order !== undefined) await store.decideOrder(options.order.instanceId, options.order);
  const situation = await look(operator, { ask: options.ask ?? true });
  const shown: ViewOptions = {
    viewer: { theme: 'light', utcOffset: 120, timeZone: 'Local timezone' },
    endpoint: ENDPOINT,
    notice: undefined,
  };
  const view = consoleView(overviewOf(situation), options.events ?? [], shown);
  return { view, html: renderConsole(view) };
}

export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** Text of its own and of everything in it. */
  readonly text: string;
}

/** Every element of a page, parsed as markup: whatever a hostile value managed to be is seen. */
export function elementsOf(html: string): readonly Element[] {
  const parser = new XMLParser({
    preserveOrder: true,
    ignoreAttributes: false,
    attributeNamePrefix: '',
    parseTagValue: false,
    htmlEntities: true,
    unpairedTags: ['input', 'br'],
  });
  const found: Element[] = [];
  const walk = (nodes: unknown): string => {
    if (!Array.isArray(nodes)) return '';
    return nodes
      .map((node: Record<string, unknown>) => {
        if ('#text' in node) return String(node['#text']);
        const [name = ''] = Object.keys(node).filter((key) => key !== ':@');
        const attributes = Object.fromEntries(
          Object.entries(node[':@'] ?? {}).map(([key, value]): [string, string] => [key, String(value)]),
        );
        const place = found.length;
        const text = walk(node[name]);
        found.splice(place, 0, { name, attributes, text });
        return text;
      })
      .join('');
  };
  walk(parser.parse(html));
  return found;
}
