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

/** The buttons that make sense now. While the cluster is being taken down there are none. */
export function orderButtons(options: {
  readonly cluster: string;
  readonly mode: 'active' | 'paused' | 'removing' | 'recovering';
  readonly endpoint: string;
}): readonly OrderButton[] {
  const { cluster, mode, endpoint } = options;
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

/** The same JSON whether its element is read as text or as markup. */
function harmless(parameters: Readonly<Record<string, string>>): string {
  return JSON.stringify(parameters).replace(
    /[<>&]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
