const NAMESPACE = 'http://www.w3.org/2000/svg';
const COLOURS = ['#1f77b4', '#ff7f0e', '#2ca02c', '#d62728'];
const SIZE = { width: 300, height: 190, left: 34, bottom: 16, top: 6 };

function element(name, attributes, text = '') {
  const made = document.createElementNS(NAMESPACE, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  made.textContent = text;
  return made;
}

/** Lines over time; where nothing was measured there is a gap. */
export function graph({ lines, unit }, { from, until }) {
  const { width, height, left, bottom, top } = SIZE;
  const values = lines.flatMap((line) => line.values).filter((value) => value !== null);
  const [low, high] = [Math.min(0, ...values), Math.max(1, ...values)];
  const y = (value) => height - bottom - ((value - low) / (high - low)) * (height - bottom - top);
  const svg = element('svg', { viewBox: `0 0 ${width} ${height}`, role: 'img' });
  for (const value of new Set([low, high])) {
    svg.append(
      element('line', {
        x1: left,
        x2: width,
        y1: y(value),
        y2: y(value),
        stroke: 'currentColor',
        'stroke-opacity': 0.2,
      }),
    );
    svg.append(element('text', { x: 0, y: y(value) + 4 }, String(Math.round(value * 100) / 100)));
  }
  const clock = (at) => new Date(at).toISOString().slice(11, 16);
  svg.append(element('text', { x: left, y: height - 3 }, clock(from)));
  svg.append(element('text', { x: width - 30, y: height - 3 }, clock(until)));
  lines.forEach((line, index) => {
    const x = (place) => left + ((place + 0.5) / line.values.length) * (width - left);
    for (const run of runsOf(line.values)) {
      const points = run.map(([place, value]) => `${x(place)},${y(value)}`).join(' ');
      const colour = COLOURS[index % COLOURS.length];
      const [[place, value]] = run;
      svg.append(
        run.length === 1
          ? element('circle', { cx: x(place), cy: y(value), r: 2, fill: colour })
          : element('polyline', {
              points,
              fill: 'none',
              stroke: colour,
              'stroke-width': 1.5,
            }),
      );
    }
  });
  const legend = document.createElement('div');
  legend.className = 'legend';
  lines.forEach(({ label }, index) => {
    const entry = document.createElement('span');
    entry.style.color = COLOURS[index % COLOURS.length];
    entry.textContent = label;
    legend.append(entry);
  });
  legend.append(values.length === 0 ? 'nothing measured yet' : unit);
  return [svg, legend];
}

function runsOf(values) {
  const runs = [];
  let run = [];
  values.forEach((value, place) => {
    if (value !== null) run.push([place, value]);
    else if (run.length > 0) {
      runs.push(run);
      run = [];
    }
  });
  return run.length > 0 ? [...runs, run] : runs;
}
