// `<cwdb-action>`: what becomes of an event on the element before it.
// Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/add_custom_widget_dashboard_interactivity.html
import { clean } from './clean.js';
import { confirmed, popUp } from './dialogs.js';

const EVENTS = ['click', 'dblclick', 'mouseenter'];

/**
 * Gives the elements of a widget what its actions say.
 * @param call invokes a function with parameters and resolves to its cleaned answer
 * @param replace puts something in the place of the widget's content
 */
export function bindActions(content, { call, replace }) {
  for (const action of content.querySelectorAll('cwdb-action')) {
    const element = action.previousElementSibling;
    action.remove();
    const event = action.getAttribute('event') ?? 'click';
    if (element === null || !EVENTS.includes(event)) continue;
    element.addEventListener(event, () => perform(action, { call, replace }));
  }
}

async function perform(action, { call, replace }) {
  const confirmation = action.getAttribute('confirmation');
  if (confirmation !== null && !(await confirmed(confirmation))) return;
  const show = action.getAttribute('display') === 'popup' ? popUp : replace;
  if (action.getAttribute('action') !== 'call') {
    show(clean(action.innerHTML));
    return;
  }
  show(await call(action.getAttribute('endpoint') ?? '', JSON.parse(action.textContent || '{}')));
}
