// The demo's page: what to fire, how bad the network is, and what has become of it. What comes from outside is only
// ever set as text.
import {drawAxis, lane, lengthOf, make, ticks} from './timeline.js';
import {BACKENDS, comparison, isOver, lines, manyLines, nameOf, story, summary} from './words.js';

const byId = id => document.getElementById(id);
const POLL_MILLIS = 300;
const AGAIN_MILLIS = 2000;
const NO_RUNS = Number.MAX_SAFE_INTEGER % 1e15;
const SETTLE_MILLIS = 800; // so long a backend may take to be told of
const HUNDRED = 100;
const DRIPS = [null, 100_000, 5000, 500, 50, 5]; // bytes a second, as the slider has them
const SLOW_TEXTS = {
  http: 'A service that answers /delay/SECONDS, through the JDK’s own client.',
  cache: 'A memcached. It has no slow command: the proxy in front of it holds its reply back.',
  redis: 'A Redis: BLPOP of a list that stays empty.',
  db: 'A database: SELECT SLEEP(SECONDS), through JDBC. Its driver hears no interrupt on a platform thread.',
  cpu: 'A loop that hears nothing: no interrupt, no closed connection. Only the filter is tried on it.',
};

let feed = null;    // what the server said last
let clock = 0;      // its clock, when this page's own was at zero
let fired = null;   // what is drawn: {runs, lanes, since, settled}
let polling = 0;
let changes = 0;    // of the network, by this page
let lost = false;

const chosen = name => document.querySelector(`input[name="${name}"]:checked`).value;
const serverNow = () => clock + performance.now();

function setText(element, text) {
  if (element.textContent !== text) {
    element.textContent = text;
  }
}

function note(text) {
  setText(byId('note'), text);
  byId('note').hidden = text === '';
}

function state(text, kind) {
  setText(byId('state'), text);
  byId('state').className = `state ${kind}`;
}

// ---- the server

/** An answer's JSON. What is wrong is thrown, as a sentence. */
async function ask(path, method = 'GET') {
  let reply;
  try {
    reply = await fetch(path, {method, headers: method === 'GET' ? {} : {'X-Demo-Page': '1'}});
  } catch (e) {
    state('not connected', 'lost');
    lost = true;
    throw new Error('The server does not answer. Is the demo still running?');
  }
  const json = await reply.json().catch(() => ({error: `an answer ${reply.status} without JSON`}));
  if (!reply.ok) {
    throw new Error(`The server refuses: ${json.error ?? reply.status}.`);
  }
  return json;
}

async function look(since) {
  const before = changes;
  try {
    const next = await ask(`page/runs?since=${since}`);
    if (changes !== before) {
      next.network = feed.network; // which has been changed since it was asked for
    }
    feed = next;
    clock = feed.now - performance.now();
    state(feed.why === null ? 'ready' : 'no network control', feed.why === null ? 'live' : '');
    if (lost) {
      note('');
    }
    lost = false;
  } catch (e) {
    state('not connected', 'lost');
    note(e.message);
    lost = true;
  }
  return !lost;
}

/** Looks again where the network's control, or the server, has not answered in time. */
async function lookUntilControlled() {
  await look(fired?.since ?? NO_RUNS);
  showChoice();
  if (feed === null || feed.why !== null) {
    setTimeout(lookUntilControlled, AGAIN_MILLIS);
  }
}

// ---- what to fire

const amount = input => `${Number(input.value)} s`;

function showChoice() {
  const slow = chosen('slow');
  const cpu = slow === 'cpu';
  setText(byId('slow-text'), SLOW_TEXTS[slow]);
  for (const input of document.querySelectorAll('input[name="how"]')) {
    const missing = input.value === 'virtual' && feed !== null && feed.java < 21;
    input.disabled = missing || (cpu && input.value !== 'filter');
    if (input.disabled && input.checked) {
      document.querySelector('input[name="how"][value="filter"]').checked = true;
      showChoice();
      return;
    }
  }
  setText(byId('virtual-text'), feed && feed.java < 21 ? `It needs Java 21; this is Java ${feed.java}.` : '');
  setText(byId('delay-text'), amount(byId('delay')));
  setText(byId('timeout-text'), amount(byId('timeout')));
  byId('timeout').disabled = cpu;
  byId('fire-all').disabled = cpu;
  byId('fire-hundred').disabled = cpu;
  setText(byId('fire-text'), cpu ? 'One at a time: each takes a whole processor of this machine.'
    : 'Each request is a client of its own, with a connection of its own.');
  showNetwork();
}

async function fire(how, count) {
  const timeout = byId('timeout').value;
  const query = new URLSearchParams({how, slow: chosen('slow'), delay: byId('delay').value, timeout, count});
  try {
    const {asked, runs} = await ask(`page/fire?${query}`, 'POST');
    note('');
    fired = {runs, since: asked, lanes: null, settled: 0};
    setText(byId('said'), runs.length === 1 ? 'It is on its way.' : `${runs.length} requests are on their way.`);
    poll();
  } catch (e) {
    note(e.message);
    byId('note').scrollIntoView({block: 'nearest'});
  }
}

async function poll() {
  clearTimeout(polling);
  const mine = fired;
  const known = await look(mine.since);
  if (fired !== mine) {
    return; // something else has been fired meanwhile
  }
  if (known) {
    draw();
  }
  if (!known || !isFinished()) {
    polling = setTimeout(poll, POLL_MILLIS);
  }
}

/** A backend that has not been asked may be about to be. */
function isFinished() {
  const runs = runsOf();
  if (runs.length === 0 || !runs.every(isOver)) {
    fired.settled = 0;
    return false;
  }
  fired.settled ||= feed.now;
  const unknown = runs.some(run => run.backend === null && Object.hasOwn(feed.network, run.slow));
  return !unknown || feed.now - fired.settled > SETTLE_MILLIS;
}

// ---- what happened

function runsOf() {
  const ours = new Set(fired.runs);
  return feed.runs.filter(run => ours.has(run.run));
}

function titleOf(runs) {
  const [run] = runs;
  const times = runs.length > 1 ? `${runs.length} × ` : '';
  return `${times}${nameOf(run)}: ${run.path}`;
}

function draw() {
  const all = runsOf();
  if (all.length === 0) {
    return;
  }
  const byHow = Map.groupBy ? Map.groupBy(all, run => run.how)
    : all.reduce((map, run) => map.set(run.how, [...(map.get(run.how) ?? []), run]), new Map());
  if (fired.lanes === null) {
    fired.lanes = new Map([...byHow].map(([how, runs]) => [how, lane(runs, titleOf(runs))]));
    byId('lanes').replaceChildren(...[...fired.lanes.values()].map(one => one.root));
    for (const id of ['axis', 'figures-part', 'next']) {
      byId(id).hidden = false;
    }
    const stacked = matchMedia('(max-width: 60rem)').matches; // as in the style
    byId('happened-title').scrollIntoView({block: stacked ? 'start' : 'nearest'});
    const [{path}] = all.slice(-1);
    byId('same').href = path.slice(1);
    setText(byId('same'), path.slice(1));
  }
  const now = all.every(isOver) ? feed.now : Math.max(feed.now, serverNow());
  const begin = Math.min(...all.map(run => run.asked));
  const length = lengthOf(all, now);
  const marks = ticks(length, byId('axis').clientWidth > 480);
  for (const [how, runs] of byHow) {
    const many = runs.length > 1;
    fired.lanes.get(how).update(now, runs, {
      begin,
      length,
      marks,
      lines: many ? manyLines(runs, feed.network) : lines(runs[0], now, feed.network),
      story: many ? '' : story(runs[0], feed.network),
    });
  }
  drawAxis(byId('axis'), marks, length);
  showFigures(all, now);
  if (all.every(isOver)) {
    sayEnd(all, byHow);
  }
}

function sayEnd(all, byHow) {
  const text = byHow.size === 1
    ? (all.length > 1 ? summary(all, feed.network) : `It is over: ${lines(all[0], feed.now, feed.network).client}.`)
    : comparison(all, feed.network);
  setText(byId('said'), text);
}

function showFigures(all, now) {
  const body = byId('figures').tBodies[0];
  while (body.rows.length > all.length) {
    body.deleteRow(-1);
  }
  all.forEach((run, i) => {
    const row = body.rows[i] ?? body.insertRow();
    const said = lines(run, now, feed.network);
    const backend = run.slow === 'cpu' ? '–' : said.backend;
    const texts = [`${nameOf(run)} · ${run.run}`, said.client, said.thread, backend, run.incident ?? '–'];
    texts.forEach((text, column) => {
      const cell = row.cells[column] ?? row.appendChild(make(column === 0 ? 'th' : 'td'));
      if (column === 0) {
        cell.scope = 'row';
      }
      setText(cell, text);
    });
  });
}

/** Between two looks the bars go on. */
function tick() {
  if (fired?.lanes && !runsOf().every(isOver)) {
    draw();
  }
}

// ---- the network

const millis = text => Number.parseInt(text, 10);

function showNetwork() {
  const slow = chosen('slow');
  const fault = feed?.network[slow];
  byId('network').disabled = !fault;
  if (fault) {
    byId('latency').value = millis(fault.latency) / 1000;
    byId('jitter').value = millis(fault.jitter) / 1000;
    const drip = DRIPS.findIndex(drip => drip !== null && fault.bandwidth !== null && fault.bandwidth >= drip);
    byId('bandwidth').value = Math.max(0, drip);
    byId('blackhole').checked = fault.blackhole;
    byId('reset').checked = fault.reset;
  }
  showSliders();
  const bad = Object.entries(feed?.network ?? {}).filter(([, one]) => isBad(one)).map(([name]) => BACKENDS[name]);
  setText(byId('network-text'), feed?.why ? `Nothing can be set: ${feed.why.error}.`
    : slow === 'cpu' ? 'The processor has no network.'
    : feed && !fault ? 'It is your own, and has no proxy of the demo’s in front: its network cannot be made bad here.'
    : bad.length ? `Bad now: the network to the ${bad.join(', ')}.` : 'All is well.');
}

const isBad = fault => fault.blackhole || fault.reset || fault.bandwidth !== null
  || millis(fault.latency) > 0 || millis(fault.jitter) > 0;

function showSliders() {
  setText(byId('latency-text'), amount(byId('latency')));
  setText(byId('jitter-text'), `${amount(byId('jitter'))} more`);
  const drip = DRIPS[byId('bandwidth').value];
  setText(byId('bandwidth-text'), drip === null ? 'no' : `${drip.toLocaleString()} B/s`);
  byId('bandwidth').setAttribute('aria-valuetext', drip === null ? 'no' : `${drip} bytes a second`);
}

async function changeNetwork() {
  const name = chosen('slow');
  const wanted = {
    latency: `${1000 * byId('latency').value}ms`,
    jitter: `${1000 * byId('jitter').value}ms`,
    blackhole: byId('blackhole').checked,
    reset: byId('reset').checked,
  };
  const drip = DRIPS[byId('bandwidth').value];
  if (drip !== null) {
    wanted.bandwidth = drip;
  }
  await change(name, 'PUT', `?${new URLSearchParams(wanted)}`);
}

async function change(name, method, query = '') {
  try {
    const answer = await ask(`page/network/${name}${query}`, method);
    changes++;
    Object.assign(feed.network, answer);
    note('');
  } catch (e) {
    note(e.message);
  }
  showNetwork();
}

// ---- the reader

async function start() {
  byId('controls').addEventListener('submit', event => {
    event.preventDefault();
    fire(chosen('how'), 1);
  });
  byId('fire-hundred').addEventListener('click', () => fire(chosen('how'), HUNDRED));
  byId('fire-all').addEventListener('click', () => fire('all', 1));
  byId('controls').addEventListener('input', event => {
    if (event.target.closest('#network')) {
      showSliders();
    } else {
      showChoice();
    }
  });
  byId('network').addEventListener('change', changeNetwork);
  byId('well').addEventListener('click', async () => {
    for (const name of Object.keys(feed.network)) {
      await change(name, 'DELETE');
    }
  });
  showChoice();
  await lookUntilControlled();
  setInterval(tick, matchMedia('(prefers-reduced-motion: reduce)').matches ? 1000 : 100);
}

start();
