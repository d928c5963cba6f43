import { bindActions } from './actions.js';
import { clean } from './clean.js';
import { graph } from './graph.js';

const ROOT = '/_lab/console';
const RELOAD_MS = 10_000;
/** Of the grid; a row's height with its gap, pixels. */
const COLUMNS = 24;
const ROW = 48;
const grid = document.getElementById('grid');
const name = decodeURIComponent(location.pathname.slice(ROOT.length + 1));
const dark = document.getElementById('dark');

async function read(path, options) {
  const response = await fetch(`${ROOT}/${path}`, options);
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.message);
  return answer;
}

/** What CloudWatch tells a widget's function of the place where it is shown; nothing of who looks. */
function contextOf(widget, forms) {
  const now = Date.now();
  const minutes = -new Date().getTimezoneOffset();
  const pad = (number) => String(Math.floor(Math.abs(number))).padStart(2, '0');
  return {
    dashboardName: name,
    widgetId: widget.id,
    accountId: '123456789012',
    locale: 'en',
    timezone: {
      label: 'Local timezone',
      offsetISO: `${minutes < 0 ? '-' : '+'}${pad(minutes / 60)}:${pad(Math.abs(minutes) % 60)}`,
      offsetInMinutes: minutes,
    },
    period: 300,
    isAutoPeriod: true,
    timeRange: { mode: 'relative', start: now - 10_800_000, end: now, relativeStart: 10_800_000 },
    theme: dark.checked ? 'dark' : 'light',
    linkCharts: true,
    title: widget.title,
    params: widget.content.params,
    forms: { all: forms },
    width: Math.round((grid.clientWidth * widget.width) / COLUMNS),
    height: widget.height * ROW,
  };
}

function drawCustom(widget, place) {
  const content = document.createElement('div');
  place.append(content);

  const replace = (fragment) => {
    content.replaceChildren(fragment);
    bindActions(content, { call, replace });
  };

  async function call(endpoint, parameters) {
    const fields = [...content.querySelectorAll('input[name], select[name], textarea[name]')];
    const forms = Object.fromEntries(fields.map((field) => [field.name, field.value]));
    const event = { ...parameters, widgetContext: contextOf(widget, forms) };
    content.classList.add('busy-now');
    try {
      const { answer, error } = await read('call', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ endpoint, event }),
      });
      return error === undefined ? fragmentOf(answer) : fragmentOf(error);
    } catch (error) {
      return fragmentOf(String(error));
    } finally {
      content.classList.remove('busy-now');
    }
  }

  return call(widget.content.endpoint, widget.content.params).then(replace);
}

/** A text is HTML; whatever else is shown as JSON. */
function fragmentOf(answer) {
  if (typeof answer === 'string') return clean(answer);
  const text = document.createElement('pre');
  text.textContent = answer?.markdown ?? JSON.stringify(answer, null, 2);
  return text;
}

/** @returns the widget's place, as soon as everything is in it */
async function draw(widget, dashboard) {
  const place = document.createElement('section');
  place.className = widget.content.kind === 'graph' ? 'widget graph' : 'widget';
  place.style.gridArea = `${widget.y + 1} / ${widget.x + 1} / span ${widget.height} / span ${widget.width}`;
  const title = document.createElement('h2');
  title.textContent = widget.title;
  place.append(title);
  if (widget.content.kind === 'custom') await drawCustom(widget, place);
  else if (widget.content.kind === 'graph') place.append(...graph(widget.content, dashboard));
  else place.append(fragmentOf({ markdown: widget.content.markdown ?? `the lab draws no ${widget.content.type}` }));
  return place;
}

async function list() {
  const { dashboards } = await read('dashboards');
  grid.replaceChildren(
    ...dashboards.map((each) => {
      const link = document.createElement('a');
      link.href = `${ROOT}/${encodeURIComponent(each)}`;
      link.textContent = each;
      link.style.gridColumn = '1 / -1';
      return link;
    }),
  );
  if (dashboards.length === 0) grid.textContent = 'There is no dashboard yet. Deploy a stack: npm run lab -- deploy';
}

let drawing = Promise.resolve();
let pictures = 0;

/** One after the other: a refresh in the midst of another would draw everything twice. */
function refresh() {
  drawing = drawing.then(async () => {
    document.documentElement.classList.toggle('dark', dark.checked);
    if (name === '') return list();
    document.getElementById('name').textContent = document.title = name;
    try {
      const dashboard = await read(`dashboards/${encodeURIComponent(name)}`);
      const places = dashboard.widgets.map((widget, index) => draw({ ...widget, id: `widget-${index}` }, dashboard));
      // What was there stays until all of the new is.
      grid.replaceChildren(...(await Promise.all(places)));
      pictures += 1;
      grid.dataset.pictures = String(pictures);
    } catch (error) {
      grid.textContent = String(error);
    }
  });
  return drawing;
}

dark.checked = new URLSearchParams(location.search).get('theme') === 'dark';
dark.addEventListener('change', refresh);
document.getElementById('refresh').addEventListener('click', refresh);
let timer;
document.getElementById('refresh-by-itself').addEventListener('change', ({ target }) => {
  clearInterval(timer);
  if (target.checked) timer = setInterval(refresh, RELOAD_MS);
});
refresh();
