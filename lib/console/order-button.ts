import type { MachineSeen } from '../operate/machine-seen.ts';
import type { ClusterOverview } from '../operate/overview.ts';
import type { OrderName } from './widget-event.ts';

/** A button of the widget: CloudWatch asks for the confirmation, then invokes the endpoint with the parameters. */
export interface OrderButton {
  readonly label: string;
  readonly confirmation: string;
  /** ARN of the function that carries orders out. */
  readonly endpoint: string;
  /** JSON, without any character that would mean something to HTML but quotation marks. */
  readonly parameters: string;
  readonly primary: boolean;
}

/** A cluster's buttons call for orders under these circumstances. */
export interface OrderPlace {
  readonly cluster: string;
  readonly mode: ClusterOverview['mode'];
  /** ARN of the function that carries orders out. */
  readonly endpoint: string;
}

/** The buttons that make sense now. While the cluster is being taken down there are none. */
export function orderButtons({ cluster, mode, endpoint }: OrderPlace): readonly OrderButton[] {
  if (mode === 'removing') return [];
  const button = (order: OrderName, label: string, confirmation: string, primary = false): OrderButton => ({
    label,
    confirmation,
    endpoint,
    parameters: harmless({ order }),
    primary,
  });
  const look = button('reconcile', 'Reconcile now', `Have the controller look at cluster ${cluster} now?`, true);
  const pause = button(
    'pause',
    'Pause',
    `Pause the controller of cluster ${cluster}? It goes on observing, and repairs nothing until somebody resumes it.`,
  );
  const resume = button('resume', 'Resume', `Let the controller of cluster ${cluster} act again?`);
  return [look, mode === 'paused' ? resume : pause];
}

/** Of a declared machine that is there, and not on its way out already. */
export function replaceButton(machine: MachineSeen, { mode, endpoint }: OrderPlace): OrderButton | undefined {
  const { instanceId, logicalId, group, condition, order } = machine;
  if (instanceId === undefined || condition === 'going' || order !== undefined) return undefined;
  if (mode === 'removing' || mode === 'recovering') return undefined;
  const what = logicalId === undefined ? `${instanceId} of ${group}` : `the machine of ${logicalId}, ${instanceId}`;
  const comes = logicalId === undefined ? 'another takes its place' : 'another takes its address and its disk';
  return {
    label: 'Replace',
    confirmation: `Replace ${what}? It is drained and ended, and ${comes}, as soon as the rest of the cluster allows it.`,
    endpoint,
    parameters: harmless({ order: 'replace', instanceId }),
    primary: false,
  };
}

/** The same JSON whether its element is read as text or as markup. */
function harmless(parameters: Readonly<Record<string, string>>): string {
  return JSON.stringify(parameters).replace(
    /[<>&]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
