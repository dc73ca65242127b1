// The board: shows what `events` sends each second. What comes from outside is only ever set as text.
'use strict';
(() => {
  const byId = id => document.getElementById(id);
  const OUTCOMES = ['completed', 'failed', 'expired', 'refused', 'left'];
  const RETRY_MILLIS = 5000;
  const PHONE = matchMedia('(max-width: 44rem)'); // as in the style sheet

  let last = null;      // the last snapshot
  let chosen = '';      // the name of the filter that is shown
  let detail = null;    // whose stack is open: {id, label}
  let newest = null;    // the incident that was the newest when it was last looked at, per filter

  // ---- elements

  const make = (tag, className = '', text = '') =>
    Object.assign(document.createElement(tag), {className, textContent: text});

  function setText(element, text) {
    if (element.textContent !== text) {
      element.textContent = text;
    }
  }

  const rowsOf = new Map();

  /** Makes a table's rows those of `items`: the same item keeps its row, and with it its focus. */
  function showRows(table, items, keyOf, create) {
    const body = byId(table).tBodies[0];
    const known = rowsOf.get(table) ?? new Map();
    rowsOf.set(table, known);
    const keys = new Set(items.map(keyOf));
    for (const [key, {tr}] of known) {
      if (!keys.has(key)) {
        if (tr.contains(document.activeElement)) {
          byId('main').focus({preventScroll: true}); // not to another request's buttons
        }
        tr.remove();
        known.delete(key);
      }
    }
    items.forEach((item, i) => {
      const shown = known.get(keyOf(item)) ?? create(item);
      known.set(keyOf(item), shown);
      shown.update(item);
      if (body.children[i] !== shown.tr) {
        body.insertBefore(shown.tr, body.children[i] ?? null);
      }
    });
    byId(table).hidden = items.length === 0;
    byId(`${table}-empty`)?.toggleAttribute('hidden', items.length > 0);
  }

  // ---- words

  const NUMBER = new Intl.NumberFormat();
  const pad = number => String(number).padStart(2, '0');

  function duration(millis) {
    const seconds = Math.round(millis / 1000);
    return millis === null ? 'none'
      : millis < 10 ? `${Number(millis.toPrecision(2))} ms`
      : millis < 1000 ? `${Math.round(millis)} ms`
      : millis < 60_000 ? `${Number((millis / 1000).toPrecision(3))} s`
      : seconds < 3600 ? `${Math.floor(seconds / 60)} m ${pad(seconds % 60)} s`
      : `${Math.floor(seconds / 3600)} h ${pad(Math.floor(seconds / 60) % 60)} m`;
  }

  const percent = share => `${Number((100 * share).toPrecision(3))} %`;
  const clock = millis => new Date(millis).toLocaleTimeString();
  const minute = millis => new Date(millis).toLocaleTimeString([], {timeStyle: 'short'});

  /** The method, unless the rule names it. */
  function nameOf(item) {
    const [methods, pattern] = item.route.split(' ');
    const named = pattern !== undefined && methods.split(',').includes(item.method);
    return named ? item.route : `${item.method} ${item.route}`;
  }

  function workerText(incident) {
    return {
      'none': 'had none',
      'left': 'left in time',
      'stuck': 'is still inside',
      'left-late': `left after ${duration(incident.overrun)}`,
    }[incident.worker] ?? incident.worker;
  }

  // ---- cells

  function twoLines(cell) {
    const inner = cell.appendChild(make('span'));
    const first = inner.appendChild(make('span'));
    const second = inner.appendChild(make('span', 'sub'));
    return (one, two, firstClass = '') => {
      setText(first, one);
      setText(second, two);
      first.className = firstClass;
    };
  }

  function requestCell(cell) {
    const set = twoLines(cell);
    return item => set(nameOf(item), item.request ? `${item.id} · ${item.request}` : item.id);
  }

  /** What it is slow in: the line of code, and what is known of its calls. */
  function slowCell(cell) {
    const set = twoLines(cell);
    return item => {
      cell.classList.toggle('nothing', !item.at && !item.io);
      set(item.at || (item.io ? '' : '–'), item.io, 'mono');
    };
  }

  function budgetCell(cell) {
    const inner = cell.appendChild(make('span'));
    const bar = inner.appendChild(make('div', 'budget'));
    const used = bar.appendChild(make('span'));
    const sub = inner.appendChild(make('span', 'sub'));
    Object.assign(bar, {role: 'meter', ariaLabel: 'Budget used', ariaValueMin: '0', ariaValueMax: '100'});
    return item => {
      const unlimited = item.begun || item.deadline === null;
      const percent = unlimited ? 0 : Math.min(100, Math.round(100 * item.elapsed / item.deadline));
      bar.hidden = unlimited;
      bar.className = percent >= 100 ? 'budget over' : percent >= 80 ? 'budget late' : 'budget';
      used.style.width = `${percent}%`;
      bar.ariaValueNow = String(percent);
      setText(sub, item.begun ? 'its response has begun'
        : unlimited ? 'no deadline' : `${percent} % of ${duration(item.deadline)}, ${item.phase}`);
    };
  }

  function actionsCell(cell, item, cancelText) {
    const label = `${nameOf(item)}, ${item.id}`;
    cell.className = 'actions';
    delete cell.dataset.label;
    const button = (text, onClick, className) => {
      const made = cell.appendChild(make('button', className, text));
      made.type = 'button';
      made.setAttribute('aria-label', `${text}: ${label}`);
      made.addEventListener('click', () => onClick(made));
      return made;
    };
    button('Stack', () => openDetail(item.id, label));
    const ends = cancelText && button(cancelText, self => cancel(item.id, self), 'cancel');
    return () => {
      if (ends) {
        ends.hidden = last.cancel === null;
      }
    };
  }

  // ---- the tables

  /**
   * A row of which `parts` gives, for its cells, what shows an item in them. A display other than a table's, on a
   * phone, keeps its meaning by roles.
   */
  function row(labels, numbers, parts) {
    const tr = make('tr');
    tr.role = 'row';
    const cells = labels.map((label, i) => {
      const cell = tr.appendChild(make(i === 0 ? 'th' : 'td', numbers.includes(i) ? 'number' : ''));
      cell.role = i === 0 ? 'rowheader' : 'cell';
      if (i === 0) {
        cell.scope = 'row';
      } else {
        cell.dataset.label = label;
      }
      return cell;
    });
    const sets = parts(cells);
    return {tr, update: item => sets.forEach(set => set(item))};
  }

  const text = (cell, of) => item => setText(cell, of(item));

  const runningRow = item => row(['Request', 'Budget', 'Age', 'Slow in', 'Actions'], [2], cells => [
    requestCell(cells[0]),
    budgetCell(cells[1]),
    text(cells[2], now => duration(now.elapsed)),
    slowCell(cells[3]),
    actionsCell(cells[4], item, 'Cancel'),
  ]);

  const stuckRow = item => row(['Request', 'Ended', 'Stuck for', 'Slow in', 'Actions'], [2], cells => [
    requestCell(cells[0]),
    text(cells[1], now => now.reason),
    text(cells[2], now => duration(now.stuck)),
    slowCell(cells[3]),
    actionsCell(cells[4], item, 'Interrupt'),
  ]);

  const incidentRow = item => row(['Request', 'Ended', 'After', 'Slow in', 'Worker', 'Actions'], [2], cells => {
    const ended = twoLines(cells[1]);
    const after = twoLines(cells[2]);
    return [
      requestCell(cells[0]),
      now => ended(now.reason, clock(now.when), now.reason === 'cancelled' ? 'reason mild' : 'reason'),
      now => after(duration(now.elapsed), now.deadline === null ? '' : `of ${duration(now.deadline)}`),
      slowCell(cells[3]),
      text(cells[4], workerText),
      actionsCell(cells[5], item),
    ];
  });

  const refusalRow = () => row(['Route', 'Reason', 'Times', 'Last'], [2, 3], cells => [
    text(cells[0], now => now.route),
    text(cells[1], now => now.reason),
    text(cells[2], now => NUMBER.format(now.times)),
    text(cells[3], now => clock(now.last)),
  ]);

  const outcomeRow = () => row(
    ['From', 'Completed', 'Failed', 'Expired', 'Refused', 'Left late'], [1, 2, 3, 4, 5], cells => [
      text(cells[0], now => minute(now.from)),
      ...OUTCOMES.map((_, i) => text(cells[1 + i], now => NUMBER.format(now.counts[i]))),
    ]);

  /** Where a time is on the logarithmic scale from a millisecond on, in percent. */
  const place = (millis, most) => 100 * Math.log(Math.max(1, millis)) / Math.log(most);

  const updateRoute = (name, live, [range, ...points], whatIf, cells) => now => {
    setText(name, now.route);
    setText(live, [['running', now.live?.running], ['queued', now.live?.queued], ['stuck', now.live?.stuck]]
      .filter(([, count]) => count).map(([what, count]) => `${count} ${what}`).join(', '));
    [now.deadline, now.longest, now.p99, now.p50].forEach((millis, i) => {
      points[i].hidden = millis === null;
      points[i].style.left = `${millis === null ? 0 : place(millis, now.most)}%`;
    });
    const from = place(now.p50 ?? now.longest ?? 1, now.most);
    range.style.left = `${from}%`;
    range.style.width = `${place(now.longest ?? 1, now.most) - from}%`;
    range.hidden = now.longest === null;
    const unknown = now.longest === null ? '–' : `> ${duration(now.longest)}`; // more were ended before
    [now.p50, now.p99, now.p999].forEach(
      (millis, i) => setText(cells[2 + i], millis === null ? unknown : duration(millis)));
    setText(cells[5], duration(now.deadline) + (now.deadline === now.configured ? '' : ' (changed)'));
    setText(whatIf, now.whatIf === null ? ''
      : `at ${duration(now.whatIf)} ${now.whatIfCut ? percent(now.whatIfCut) : 'none'} would have been cut`);
    [now.requests, now.expired, now.refused].forEach((count, i) => setText(cells[6 + i], NUMBER.format(count)));
  };

  const routeRow = () => row(
    ['Route', 'Latency', 'p50', 'p99', 'p99.9', 'Deadline', 'Requests', 'Expired', 'Refused'],
    [2, 3, 4, 5, 6, 7, 8],
    cells => {
      const name = cells[0].appendChild(make('span'));
      const live = cells[0].appendChild(make('span', 'sub'));
      const track = cells[1].appendChild(make('div', 'track'));
      cells[1].className = 'wide';
      track.setAttribute('aria-hidden', 'true'); // the numbers beside it say the same
      const marks = ['range', 'limit', 'longest', 'p99', 'p50'].map(kind => track.appendChild(make('span', kind)));
      const whatIf = cells[1].appendChild(make('span', 'sub'));
      return [updateRoute(name, live, marks, whatIf, cells)];
    });

  function showRoutes(filter) {
    const live = new Map(filter.now.map(of => [of.route, of]));
    const seen = filter.routes.filter(of => of.requests > 0 || live.has(of.route));
    const most = 1.15 * Math.max(1000, ...seen.flatMap(of => [of.deadline ?? 0, of.longest ?? 0]));
    showRows('routes', seen.map(of => ({...of, most, live: live.get(of.route)})), of => of.route, routeRow);
  }

  const sum = counts => counts.reduce((all, count) => all + count, 0);

  function showOutcomes(line) {
    const many = 30; // of ten seconds
    const rows = [];
    for (let i = line.completed.length - many; i >= 0; i -= many) {
      const counts = OUTCOMES.map(outcome => sum(line[outcome].slice(i, i + many)));
      if (sum(counts) > 0) {
        rows.push({from: line.end - (line.completed.length - i) * line.step, counts, key: i});
      }
    }
    showRows('outcomes', rows, row => row.key, outcomeRow);
  }

  // ---- charts

  const charts = [];
  const colour = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  /** Of no value under the cursor the sum is shown. */
  function series(label, variable, raw, paths, more) {
    return {
      label,
      stroke: () => colour(variable),
      width: 1,
      points: {show: false},
      paths,
      value: (chart, value, i, at) => NUMBER.format(at === null || at === undefined ? sum(raw(chart)) : raw(chart)[at]),
      ...more,
    };
  }

  function newChart(holder, height, lines) {
    const line = {stroke: () => colour('--line'), width: 1};
    const axis = {stroke: () => colour('--soft'), grid: line, ticks: line};
    const chart = new uPlot({
      width: holder.clientWidth || 320,
      height,
      cursor: {sync: {key: 'deadlines'}, drag: {x: false, y: false}, y: false},
      scales: {y: {range: (self, min, max) => [0, Math.max(4, max * 1.1)]}},
      axes: [{...axis, values: (self, seconds) => seconds.map(at => minute(at * 1000))}, {...axis, size: 48, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 1e6]}],
      series: [{value: (self, x) => x === null || x === undefined ? 'the hour' : clock(x * 1000)}, ...lines],
    }, [[], ...lines.map(() => [])], holder);
    charts.push(chart);
    return chart;
  }

  /** Anew, for colours are taken when it is made. */
  function makeCharts() {
    charts.splice(0).forEach(chart => chart.destroy());
    const steps = uPlot.paths.stepped({align: 1});
    const bars = uPlot.paths.bars({size: [1, 100], align: 1, gap: 0});
    const of = outcome => chart => chart.raw?.[outcome] ?? [];
    const filled = (label, variable, outcome, paths) =>
      series(label, variable, of(outcome), paths, {fill: () => `${colour(variable)}${paths === bars ? '' : '33'}`});
    newChart(byId('completed-chart'), 150, [filled('Completed', '--good', 'completed', steps)]);
    newChart(byId('bad-chart'), 170, [ // each on top of those after it, so the whole stack is drawn first
      filled('Refused', '--warn', 'refused', bars),
      filled('Expired', '--bad', 'expired', bars),
      filled('Failed', '--odd', 'failed', bars),
      series('Left late', '--gone', of('left'), steps, {width: 1.5, dash: [4, 3]}),
    ]);
  }

  function showCharts(line) {
    const count = line.completed.length;
    const times = line.completed.map((_, i) => (line.end - (count - i) * line.step) / 1000);
    const two = line.failed.map((failed, i) => failed + line.expired[i]);
    const three = two.map((both, i) => both + line.refused[i]);
    const data = [[times, line.completed], [times, three, two, line.failed, line.left]];
    charts.forEach((chart, i) => {
      chart.raw = line;
      chart.setData(data[i]);
    });
    const totals = OUTCOMES.map(outcome => `${sum(line[outcome])} ${outcome === 'left' ? 'left late' : outcome}`);
    for (const id of ['completed-chart', 'bad-chart']) {
      byId(id).ariaLabel = `In the last hour ${totals.join(', ')}. The table below has the figures.`;
    }
  }

  function fitCharts() {
    charts.forEach(chart => {
      const width = chart.root.parentElement.clientWidth;
      if (width > 0 && width !== chart.width) {
        chart.setSize({width, height: chart.height});
      }
    });
  }

  // ---- a snapshot

  function show(snapshot) {
    last = snapshot;
    showFilters(snapshot.filters);
    const filter = snapshot.filters.find(one => one.name === chosen) ?? snapshot.filters[0];
    note(!filter ? 'No DeadlineFilter is deployed in this application, or it has not begun.'
      : filter.mode === 'observe' ? 'This filter only observes: nothing is ended, and what would have been is shown.' : '');
    byId('main').hidden = !filter;
    if (!filter) {
      return;
    }
    const line = filter.timeline;
    const count = what => sum(filter.now.map(of => of[what]));
    const ended = sum(OUTCOMES.filter(outcome => outcome !== 'left').map(outcome => sum(line[outcome])));
    tiles({
      running: count('running'), queued: count('queued'), stuck: count('stuck'),
      ended, expired: sum(line.expired), refused: sum(line.refused),
    });
    showRows('running', filter.running, item => item.id, runningRow);
    showRows('stuck', filter.stuck, item => item.id, stuckRow);
    showOutcomes(line);
    showCharts(line);
    showRoutes(filter);
    announce(filter);
    const all = byId('incidents-all');
    const few = PHONE.matches ? 5 : 20;
    const some = all.ariaPressed === 'true' ? filter.incidents : filter.incidents.slice(0, few);
    showRows('incidents', some, item => item.id, incidentRow);
    all.hidden = filter.incidents.length <= few;
    byId('refusals-part').hidden = filter.refusals.length === 0;
    showRows('refusals', filter.refusals, item => `${item.reason} ${item.route}`, refusalRow);
    showAdvice(filter.advice);
  }

  function tiles(counts) {
    for (const [name, count] of Object.entries(counts)) {
      setText(byId(`tile-${name}`), NUMBER.format(count));
      byId(`tile-${name}`).parentElement.classList.toggle('some', count > 0);
    }
  }

  const note = text => {
    setText(byId('note'), text);
    byId('note').hidden = text === '';
  };

  function showFilters(filters) {
    const select = byId('filter');
    const names = filters.map(one => one.name);
    if ([...select.options].map(option => option.value).join('\n') !== names.join('\n')) {
      select.replaceChildren(...names.map(name => new Option(name, name)));
      chosen = names.includes(chosen) ? chosen : names[0] ?? '';
      select.value = chosen;
    }
    byId('filter-choice').hidden = names.length < 2;
  }

  /** Only what is new, so that a screen reader is not told of every second. */
  function announce(filter) {
    const before = newest?.filter === filter.name ? newest.id : undefined;
    const first = filter.incidents[0];
    newest = {filter: filter.name, id: first?.id ?? null};
    if (before === undefined || !first || first.id === before) {
      return;
    }
    const at = filter.incidents.findIndex(one => one.id === before);
    const fresh = at < 0 ? filter.incidents.length : at;
    say(fresh === 1 ? `New incident: ${first.reason}, ${nameOf(first)}` : `${fresh} new incidents`);
  }

  const say = text => setText(byId('announcements'), text);

  function showAdvice(advice) {
    const list = byId('advice');
    const texts = advice.pieces.map(piece => `${piece.route}: ${piece.text}`);
    if ([...list.children].map(item => item.textContent).join('\n') !== texts.join('\n')) {
      list.replaceChildren(...texts.map(text => make('li', '', text)));
    }
    list.hidden = texts.length === 0;
    byId('advice-empty').hidden = texts.length > 0;
    byId('rules-part').hidden = !advice.rules;
    setText(byId('rules'), advice.rules);
  }

  async function copyRules() {
    const button = byId('rules-copy');
    let done = 'Copied';
    try {
      await navigator.clipboard.writeText(byId('rules').textContent);
    } catch (e) { // not with TLS, nor this machine's own
      getSelection().selectAllChildren(byId('rules'));
      done = 'Selected';
    }
    setText(button, done);
    say(`The setting routes is ${done.toLowerCase()}.`);
    setTimeout(() => setText(button, 'Copy'), 2000);
  }

  // ---- one request

  async function cancel(id, self) {
    if (self.ariaDisabled === 'true') {
      return;
    }
    self.ariaDisabled = 'true'; // one that is really disabled loses the focus
    const {textContent} = self;
    let told = false;
    try {
      const answer = await fetch(`cancel?id=${encodeURIComponent(id)}`, {
        method: 'POST',
        headers: {'X-Deadline-Token': last.cancel ?? ''},
      });
      told = answer.ok;
      say(`${id}: ${(await answer.text()).trim()}`);
    } catch (e) {
      say(`${id} could not be cancelled: the server does not answer.`);
    }
    setText(self, told ? 'Told' : 'Not told');
    setTimeout(() => {
      setText(self, textContent);
      self.ariaDisabled = 'false';
    }, 2000);
  }

  function openDetail(id, label) {
    detail = {id, label};
    setText(byId('detail-title'), label);
    fillDetail(null, 'Asking …');
    byId('detail').showModal();
    askDetail();
  }

  async function askDetail() {
    const {id} = detail;
    try {
      const answer = await fetch(`stack?id=${encodeURIComponent(id)}`);
      if (detail?.id === id) {
        fillDetail(answer.ok ? await answer.json() : null, answer.ok ? '' : (await answer.text()).trim());
      }
    } catch (e) {
      fillDetail(null, 'The server does not answer.');
    }
  }

  function fillDetail(found, text) {
    const why = !found ? text
      : found.tooMany ? 'Too many stacks have been asked for just now: look again.'
      : !found.inside ? 'No worker is inside for it now.' : '';
    setText(byId('detail-text'), [why, found?.io].filter(Boolean).join(' · '));
    for (const part of ['calls', 'now', 'then']) {
      const lines = found?.[part] ?? [];
      byId(`detail-${part}`).hidden = lines.length === 0;
      setText(byId(`detail-${part}`).querySelector('pre'), lines.join('\n'));
    }
  }

  // ---- the connection

  let source = null;
  let retry = 0;
  let paused = false;

  function state(text, kind) {
    setText(byId('state'), text);
    byId('state').className = `state ${kind}`;
  }

  function connect() {
    disconnect();
    if (paused || document.hidden) {
      return;
    }
    const own = new EventSource('events');
    source = own;
    own.onmessage = event => {
      state('live', 'live');
      show(JSON.parse(event.data));
    };
    own.onerror = () => {
      if (own.readyState !== EventSource.CLOSED) {
        state('connecting again', 'lost'); // which the browser does by itself
        return;
      }
      disconnect();
      retry = setTimeout(connect, RETRY_MILLIS);
      ask();
    };
  }

  function disconnect() {
    clearTimeout(retry);
    source?.close();
    source = null;
  }

  /** Where there is no stream, as behind a proxy that knows none, or with too many viewers. */
  async function ask() {
    try {
      const answer = await fetch('data');
      if (answer.ok) {
        show(await answer.json());
        state(`every ${RETRY_MILLIS / 1000} s`, 'live');
      } else {
        state('refused', 'lost');
        note((await answer.text()).trim());
      }
    } catch (e) {
      state('the server does not answer', 'lost');
    }
  }

  // ---- the reader's choices

  function setTheme(theme) {
    document.documentElement.dataset.theme = theme;
    makeCharts();
    if (last) {
      show(last);
    }
  }

  /** What the reader chose last time, or now; nothing in a browser that keeps nothing. */
  const remembered = use => {
    try {
      return use(localStorage);
    } catch (e) {
      return null;
    }
  };

  function start() {
    const roles = {'table': 'table', 'thead, tbody': 'rowgroup', 'thead tr': 'row', 'thead th': 'columnheader'};
    for (const [of, role] of Object.entries(roles)) {
      document.querySelectorAll(of).forEach(element => element.setAttribute('role', role));
    }
    const theme = byId('theme');
    theme.value = remembered(kept => kept.getItem('deadlines-theme')) ?? '';
    theme.addEventListener('change', () => {
      remembered(kept => kept.setItem('deadlines-theme', theme.value));
      setTheme(theme.value);
    });
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => setTheme(theme.value));
    PHONE.addEventListener('change', () => last && show(last));
    byId('filter').addEventListener('change', event => {
      chosen = event.target.value;
      show(last);
    });
    for (const id of ['pause', 'incidents-all']) {
      byId(id).addEventListener('click', event => {
        event.target.ariaPressed = String(event.target.ariaPressed !== 'true');
      });
    }
    byId('incidents-all').addEventListener('click', () => show(last));
    byId('pause').addEventListener('click', event => {
      paused = event.target.ariaPressed === 'true';
      if (paused) {
        disconnect();
        state('paused', '');
      } else {
        connect();
      }
    });
    byId('rules-copy').addEventListener('click', copyRules);
    byId('detail-again').addEventListener('click', askDetail);
    byId('detail-close').addEventListener('click', () => byId('detail').close());
    byId('detail').addEventListener('close', () => { detail = null; });
    document.addEventListener('visibilitychange', connect);
    new ResizeObserver(fitCharts).observe(byId('main'));
    setTheme(theme.value);
    connect();
  }

  start();
})();
