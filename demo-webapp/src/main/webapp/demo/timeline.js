// Draws requests over time: for each lane three strips, of clients that wait, threads that are busy, and what the
// backend has to do. A strip is as high as many are at it: of one request a bar, of a hundred a hill.
import {BACKENDS, backendEnd, isOver} from './words.js';

const SVG = 'http://www.w3.org/2000/svg';
const HEIGHT = 100; // of the drawing, in its own units, as the width below
const WIDTH = 1000;

export const make = (tag, className = '', text = '') =>
  Object.assign(document.createElement(tag), {className, textContent: text});

function shape(parent, tag, className, attributes = {}) {
  const element = parent.appendChild(document.createElementNS(SVG, tag));
  element.setAttribute('class', className);
  for (const [name, value] of Object.entries(attributes)) {
    element.setAttribute(name, value);
  }
  return element;
}

const SPANS = {
  client: (run, now) => [run.asked, run.answered ?? now],
  thread: (run, now) => (run.began === null ? null : [run.began, run.free ?? now]),
  backend: (run, now) => (run.backend === null ? null : [run.backend.from, backendEnd(run) ?? now]),
};

/** The outline of how many of `spans` are going on. */
function outline(spans, most, x) {
  const steps = spans.flatMap(([from, to]) => [[from, 1], [to, -1]]).sort((a, b) => a[0] - b[0] || b[1] - a[1]);
  let count = 0;
  const y = () => HEIGHT - HEIGHT * count / most;
  const path = steps.length ? [`M ${x(steps[0][0])} ${HEIGHT}`] : [];
  for (const [at, by] of steps) {
    path.push(`L ${x(at)} ${y()}`);
    count += by;
    path.push(`L ${x(at)} ${y()}`);
  }
  return path.join(' ');
}

/** From 0, with steps that a person can count. */
export function ticks(length, wide) {
  const step = [100, 200, 500, 1000, 2000, 5000, 10_000, 20_000].find(one => length / one <= (wide ? 10 : 5)) ?? 60_000;
  return Array.from({length: Math.floor(length / step) + 1}, (_, i) => i * step);
}

/** How long the picture is, in milliseconds: what has happened, and while it goes on what may come. */
export function lengthOf(runs, now) {
  const begin = Math.min(...runs.map(run => run.asked));
  const ends = runs.flatMap(run => [run.answered, run.free, backendEnd(run)]).filter(at => at !== null);
  const expected = runs.map(run => 1000 * Math.max(run.delay, run.timeout ?? 0) + 400);
  return runs.every(isOver)
    ? Math.max(100, 1.04 * (Math.max(...ends) - begin))
    : Math.max(...expected, 1.06 * (now - begin));
}

/** A lane of the picture, for `runs` of the same kind. What it says is given to `update`. */
export function lane(runs, title) {
  const root = make('div', runs.length > 1 ? 'lane many' : 'lane');
  root.setAttribute('role', 'group');
  root.setAttribute('aria-label', title);
  root.appendChild(make('h3', '', title));
  const kinds = Object.keys(SPANS).filter(kind => kind !== 'backend' || runs[0].slow !== 'cpu');
  const strips = kinds.map(kind => {
    const strip = root.appendChild(make('div', `strip ${kind}`));
    strip.appendChild(make('span', 'who', kind === 'backend' ? BACKENDS[runs[0].slow] : kind));
    const drawing = shape(strip, 'svg', 'bar', {
      viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: 'none', 'aria-hidden': 'true',
    });
    const grid = shape(drawing, 'path', 'grid');
    const hill = shape(drawing, 'path', 'hill');
    const limit = shape(drawing, 'path', 'limit');
    return {kind, grid, hill, limit, what: strip.appendChild(make('span', 'what'))};
  });
  const said = root.appendChild(make('p', 'story'));
  const update = (now, current, {begin, length, marks, lines, story}) => {
    const x = at => (WIDTH * (at - begin) / length).toFixed(1);
    const upright = at => `M ${at} 0 V ${HEIGHT}`;
    for (const {kind, grid, hill, limit, what} of strips) {
      const spans = current.map(run => SPANS[kind](run, now)).filter(Boolean);
      grid.setAttribute('d', marks.map(mark => upright(x(begin + mark))).join(' '));
      hill.setAttribute('d', outline(spans, current.length, x));
      const timeout = current[0].timeout;
      limit.setAttribute('d', timeout === null ? '' : upright(x(current[0].asked + 1000 * timeout)));
      what.textContent = lines[kind];
    }
    said.textContent = story;
  };
  return {root, update};
}

export function drawAxis(axis, marks, length) {
  const step = marks.length > 1 ? marks[1] : 1000;
  axis.replaceChildren(...marks.map(mark => {
    const tick = make('span', '', `${(mark / 1000).toFixed(mark && step < 1000 ? 1 : 0)} s`);
    tick.style.left = `${100 * mark / length}%`;
    return tick;
  }));
}
