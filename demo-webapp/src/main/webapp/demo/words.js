// What is said of a request, from its measured times. All times are in milliseconds since 1970.

export const BACKENDS = {
  http: 'HTTP service', cache: 'memcached', redis: 'Redis', db: 'database', cpu: 'processor',
};

const LATE = 'told it is late';
const SOON = 500; // after its deadline
const AT_ONCE = 60; // so much later is still "at once" on a machine that is busy

export function seconds(millis) {
  return millis < 995 ? `${Math.round(millis)} ms` : `${(millis / 1000).toFixed(millis < 9950 ? 2 : 1)} s`;
}

function range(times, word = 'after ') {
  const [least, most] = [Math.min(...times), Math.max(...times)].map(seconds);
  const short = least.endsWith(' s') && most.endsWith(' s') ? least.slice(0, -2) : least;
  return least === most ? `${word}${least}` : `${word}${short} to ${most}`;
}

export const isSettled = run => run.answered !== null && (run.began === null || run.free !== null);

/** When its backend had no more to do for it; null while it has, or if it was never asked. */
export const backendEnd = run => run.backend?.until ?? null;

export const isOver = run => isSettled(run) && (run.backend === null || backendEnd(run) !== null);

export const nameOf = run => (run.how === 'filter' ? 'the filter' : run.how);

const isKnown = (run, network) => run.slow === 'cpu' || Object.hasOwn(network, run.slow);

/** The answer in a word or two. */
export function answer(run) {
  return run.status === null ? 'no answer'
    : run.status !== 200 ? String(run.status)
    : run.completed === false ? LATE : '200';
}

/** One line for each of the three, beside its bar. */
export function lines(run, now, network) {
  const after = at => seconds(at - run.asked);
  const client = run.answered === null ? `waiting, ${after(now)}` : `${answer(run)} after ${after(run.answered)}`;
  const thread = run.began === null ? (run.answered === null ? 'none yet' : 'had none')
    : run.free === null ? `busy, ${after(now)}` : `free after ${after(run.free)}`;
  return {client, thread, backend: backendLine(run, after, now, network)};
}

function backendLine(run, after, now, network) {
  if (!isKnown(run, network)) {
    return 'not known';
  } else if (run.backend === null) {
    return isSettled(run) ? 'was never asked' : 'not asked yet';
  }
  const end = backendEnd(run);
  return end === null ? `at it, ${after(now)}`
    : `${{replied: 'done', left: 'left', stopped: 'stopped'}[run.backend.how]} after ${after(end)}`;
}

/** The same of many. */
export function manyLines(runs, network) {
  const line = (left, end, during, after) => {
    const times = runs.filter(run => end(run) !== null).map(run => end(run) - run.asked);
    const count = runs.filter(left).length;
    return count > 0 || times.length === 0 ? `${count} ${during}` : `${after} ${range(times)}`;
  };
  return {
    client: line(run => run.answered === null, run => run.answered, `of ${runs.length} wait`, 'answered'),
    thread: line(run => run.began !== null && run.free === null, run => run.free, 'busy', 'free'),
    backend: isKnown(runs[0], network)
      ? line(run => run.backend !== null && backendEnd(run) === null, backendEnd, 'to do', 'over') : 'not known',
  };
}

/** What happened to one request, in whole sentences. */
export function story(run, network) {
  const turnedAway = run.status === 501 || run.status === 400;
  return turnedAway ? clientStory(run)
    : [clientStory(run), threadStory(run), backendStory(run, network)].filter(Boolean).join(' ');
}

function clientStory(run) {
  if (run.answered === null) {
    return 'The client waits.';
  }
  const after = seconds(run.answered - run.asked);
  const limit = run.timeout === null ? '' : seconds(run.timeout * 1000);
  if (run.error !== null) {
    return `The client had ${run.status === null ? 'no answer' : `a ${run.status}`} after ${after}: ${run.error}.`;
  } else if (run.status !== 200) {
    const why = run.reason && run.reason !== 'expired' ? ` (${run.reason})` : '';
    return `The client had its ${run.status} after ${after}${why}.`;
  } else if (run.completed === false) {
    return run.answered - run.asked < run.timeout * 1000 + 500
      ? `The client was told after ${after} that it is late.`
      : `The client was told only after ${after} that it is late: it may take ${limit}.`;
  }
  return `The client had its answer after ${after}.`;
}

function threadStory(run) {
  if (run.began === null) {
    return run.answered === null ? '' : 'It never came to a thread.';
  } else if (run.free === null) {
    return run.answered === null ? '' : 'The thread is still inside.';
  }
  const later = run.answered === null ? 0 : run.free - run.answered;
  return later <= AT_ONCE ? (run.answered === null ? '' : 'The thread was free by then.')
    : `The thread was free ${seconds(later)} later.`;
}

function backendStory(run, network) {
  const name = `The ${BACKENDS[run.slow]}`;
  if (run.slow === 'cpu') {
    return '';
  } else if (!isKnown(run, network)) {
    return `What ${name.toLowerCase()} did is not known: it is your own, without the demo's proxy.`;
  } else if (run.backend === null) {
    return !isSettled(run) ? ''
      : network[run.slow].blackhole ? `The network swallowed what was sent to the ${BACKENDS[run.slow]}.`
      : `${name} was never asked.`;
  } else if (run.answered === null) {
    return '';
  }
  const end = backendEnd(run);
  if (end === null) {
    return `${name} still works on it, for nobody.`;
  }
  const later = end - run.answered;
  if (run.backend.how === 'left') {
    return run.slow === 'db'
      ? `Its connection was closed after ${seconds(end - run.asked)}; whether the database stopped then is not known.`
      : later <= AT_ONCE ? `${name} was left by then, and could stop.`
      : `${name} was left ${seconds(later)} later.`;
  } else if (later > AT_ONCE) {
    return `${name} worked on for ${seconds(later)}, for nobody.`;
  }
  if (later < -SOON && network[run.slow] !== undefined) {
    return `${name} had been done after ${seconds(end - run.asked)}, but its reply did not get through.`;
  }
  return run.backend.how === 'stopped' ? `${name} was told to stop, and did.`
    : run.status !== 200 || run.completed === false ? `${name} had worked to its end.` : '';
}

/** Of many, in one breath. */
export function summary(runs, network) {
  const times = new Map();
  for (const run of runs.filter(one => one.answered !== null)) {
    const what = {'200': 'had their answer', [LATE]: 'were told they are late'}[answer(run)]
      ?? `had ${answer(run)}${run.reason && run.reason !== 'expired' ? ` (${run.reason})` : ''}`;
    times.set(what, [...(times.get(what) ?? []), run.answered - run.asked]);
  }
  const waiting = runs.filter(run => run.answered === null).length;
  const inside = runs.filter(run => run.answered !== null && run.began !== null && run.free === null).length;
  const answers = [...times].map(([what, some]) => `${some.length} ${what} ${range(some)}`);
  const answered = runs.filter(run => run.answered !== null);
  const late = answered.map(run => (run.free ?? 0) - run.answered).filter(later => later > AT_ONCE);
  const on = answered.map(run => (backendEnd(run) ?? 0) - run.answered).filter(later => later > AT_ONCE);
  const still = answered.filter(run => run.backend !== null && backendEnd(run) === null).length;
  const begun = answered.filter(run => run.began !== null);
  const backend = `The ${BACKENDS[runs[0].slow]}`;
  const queued = Math.max(0, ...begun.map(run => run.began - run.asked));
  return [
    `Of ${runs.length} clients ${answers.join('; ') || 'none has been answered yet'}.`,
    waiting ? `${waiting} still wait.` : '',
    waiting === 0 && queued > SOON / 2 ? `Their threads began up to ${seconds(queued)} after they were sent, for this `
      + `machine was busy; from there on it was ${range(begun.map(run => run.answered - run.began), '')}.` : '',
    inside ? `${inside} threads are still inside.` : '',
    late.length ? `${late.length} threads were free only ${range(late, '')} later.` : '',
    waiting === 0 && inside === 0 && late.length === 0 ? 'Their threads were free by then.' : '',
    still ? `${backend} still works for ${still} of them, for nobody.` : '',
    on.length && isKnown(runs[0], network)
      ? `${backend} worked on for ${on.length} of them, ${range(on, '')} long, for nobody.` : '',
  ].filter(Boolean).join(' ');
}

/** Whom the deadlines of different ways have reached. */
export function comparison(runs, network) {
  const limited = runs.filter(run => run.timeout !== null && run.error === null);
  const reached = end => {
    const inTime = run => end(run) !== null && end(run) - run.asked < 1000 * run.timeout + SOON;
    const names = limited.filter(inTime).map(nameOf);
    return names.length < 2 ? names[0] ?? 'none' : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
  };
  if (limited.every(run => run.completed || run.status === 200 && run.completed === null)) {
    return 'All were in time.';
  }
  const backend = BACKENDS[runs[0].slow];
  const known = isKnown(runs[0], network);
  return `The deadline reached the client with ${reached(run => run.answered)}; the thread with `
    + `${reached(run => run.free)}; `
    + (known ? `and the ${backend} with ${reached(backendEnd)}.` : `what the ${backend} did is not known.`);
}
