import type { Notice } from '../../lib/console/console-view.ts';
import type { Order } from '../../lib/console/widget-event.ts';
import { OperateError } from '../../lib/operate/errors.ts';
import type { Operator } from '../../lib/operate/operator.ts';
import { replaceNode } from '../../lib/operate/orders.ts';
import { pauseController, resumeController } from '../../lib/operate/pause.ts';
import { reconcileNow } from '../../lib/operate/reconcile-now.ts';

/** Carries out what a button called for. A refusal is told as one. */
export async function carryOut(operator: Operator, order: Order): Promise<Notice> {
  try {
    return { tone: 'good', text: await done(operator, order) };
  } catch (error) {
    if (!(error instanceof OperateError)) throw error;
    return { tone: 'bad', text: `Not done: ${error.message}. ${error.remedy}` };
  }
}

async function done(operator: Operator, order: Order): Promise<string> {
  switch (order.order) {
    case 'reconcile': {
      const isAwake = await reconcileNow(operator);
      return isAwake ? 'The controller looks now.' : 'The controller could not be invoked; it looks within a minute.';
    }
    case 'pause':
      await pauseController(operator, order.reason);
      return 'The controller is paused: it observes, and repairs nothing.';
    case 'replace':
      await replaceNode(operator, order.instanceId, 'asked for on the dashboard');
      return `${order.instanceId} is replaced as soon as the rest of the cluster allows it.`;
    case 'resume':
      await resumeController(operator);
      return 'The controller acts again.';
  }
}
