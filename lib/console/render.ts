import { renderTemplate } from '../templates.ts';
import type { ConsoleView, ProblemView } from './console-view.ts';

/** The widget's HTML. Whatever comes from the cluster is escaped by the template. */
export function renderConsole(view: ConsoleView): string {
  return renderTemplate('console/widget.html.hbs', view).trim();
}

export function renderProblem(view: ProblemView): string {
  return renderTemplate('console/problem.html.hbs', view).trim();
}
