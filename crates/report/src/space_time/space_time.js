
{
  // The table: events are numbered lane by lane, in program order within a lane.
  const byId = (id) => document.getElementById(id);
  const t = JSON.parse(byId('sp-data').textContent);
  const box = byId('sp-box'), body = byId('sp-body'), what = byId('sp-what'), live = byId('sp-live');
  const count = t.kinds.length, lanes = t.counts.length;
  const rowY = [], laneOf = new Uint32Array(count), row = new Uint32Array(count), place = new Uint32Array(count);
  const line = new Uint32Array(count), start = [];
  t.y.reduce((sum, step, i) => (rowY[i] = sum + step), 0);
  for (let lane = 0, n = 0; lane < lanes; lane++) {
    start.push(n);
    for (let i = 0, down = 0, text = 0; i < t.counts[lane]; i++, n++) {
      laneOf[n] = lane;
      row[n] = down += t.rows[n];
      line[n] = text += t.lines[n];
      place[n] = t.firsts[lane] + i;
    }
  }
  start.push(count);
  const y = (n) => rowY[row[n]];
  const name = (n) => `${t.hosts[laneOf[n]]}:${place[n]}`;
  const set = (list) => new Set(list || []);
  const lost = set(t.lost), unsent = set(t.unsent), beyond = set(t.beyond), impossible = set(t.impossible);
  const doubts = new Map(t.doubted.map((n, i) => [n, t.doubts[i]]));
  const skews = new Map(), breaks = new Map();
  for (let i = 0; i < t.witnesses.length; i += 2) breaks.set(t.witnesses[i], [...breaks.get(t.witnesses[i]) || [], t.witnesses[i + 1]]);
  for (let i = 0; i < t.skewed.length; i += 2) skews.set(t.skewed[i], t.skewed[i + 1]);

  // Messages, both ways; those that would have to go back in time are drawn and lead nowhere.
  const sentTo = Array.from({length: count}, () => []), camefrom = Array.from({length: count}, () => []);
  for (let i = 0; i < t.edges.length; i += 2) {
    sentTo[t.edges[i]].push(t.edges[i + 1]);
    camefrom[t.edges[i + 1]].push(t.edges[i]);
  }
  const isFirst = (n) => n === start[laneOf[n]], isLast = (n) => n === start[laneOf[n] + 1] - 1;

  // Clocks that tick at every event, from the messages alone.
  const entry = new Map((t.entries || []).map(([n, lamport, ...known]) => [n, {lamport, known}]));
  const lamport = new Float64Array(count);
  for (const n of Array.from(row.keys()).sort((a, b) => row[a] - row[b])) {
    let latest = isFirst(n) ? 0 : lamport[n - 1];
    for (const from of camefrom[n]) latest = Math.max(latest, lamport[from]);
    lamport[n] = Math.max(latest, entry.has(n) ? entry.get(n).lamport : 0) + 1;
  }
  // Of each lane, how many of its events are in the past of n, counted within the window.
  const pastOf = (n) => {
    const known = new Int32Array(lanes), work = [n];
    while (work.length) {
      const at = work.pop(), lane = laneOf[at], upTo = at - start[lane] + 1;
      const from = known[lane];
      if (upTo <= from) continue;
      known[lane] = upTo;
      for (let i = start[lane] + from; i <= at; i++) work.push(...camefrom[i]);
    }
    return known;
  };
  // Of each lane, the place in it from which on its events are in the future of n.
  const futureOf = (n) => {
    const since = Int32Array.from(t.counts), work = [n];
    while (work.length) {
      const at = work.pop(), lane = laneOf[at], from = at - start[lane], to = since[lane];
      if (from >= to) continue;
      since[lane] = from;
      for (let i = at; i < start[lane] + to; i++) for (const next of sentTo[i]) work.push(next);
    }
    return since;
  };
  const inPast = (cone, n) => n - start[laneOf[n]] < cone[laneOf[n]];
  const inFuture = (cone, n) => n - start[laneOf[n]] >= cone[laneOf[n]];
  const vectors = new Map();
  const vector = (n) => {
    if (!vectors.has(n)) vectors.set(n, rebuilt(n));
    return vectors.get(n);
  };
  const rebuilt = (n) => {
    const cone = pastOf(n), all = new Map();
    const add = (host, counted) => all.set(host, Math.max(counted, all.get(host) || 0));
    cone.forEach((counted, lane) => counted && add(lane, t.firsts[lane] + counted - 1));
    for (const [m, {known}] of entry) {
      if (inPast(cone, m)) for (let i = 0; i < known.length; i += 2) add(known[i], known[i + 1]);
    }
    return [...all].sort((a, b) => a[0] - b[0]);
  };
  // The shortest way from a to b along program order and messages, or nothing.
  const pathFrom = (a, b) => {
    const cone = pastOf(b);
    if (!inPast(cone, a)) return null;
    const back = new Map([[a, -1]]), queue = [a];
    for (let i = 0; i < queue.length && !back.has(b); i++) {
      const n = queue[i];
      for (const next of isLast(n) ? sentTo[n] : [...sentTo[n], n + 1]) {
        if (!back.has(next) && inPast(cone, next)) { back.set(next, n); queue.push(next); }
      }
    }
    const path = [];
    for (let n = b; n >= 0; n = back.get(n)) path.unshift(n);
    return path;
  };

  // What is said of an event.
  const grouped = (n) => n < 1e4 ? String(n) : String(n).replace(/\B(?=(\d{3})+$)/g, '\u202f');
  const lasting = (ns) => {
    const [size, unit] = [[6e10, 'min'], [1e9, 's'], [1e6, 'ms'], [1e3, 'µs'], [1, 'ns']].find(([s]) => ns >= s) || [1, 'ns'];
    return `${+(ns / size).toPrecision(4)} ${unit}`;
  };
  const message = (n) => t.messages[n] < 0 ? '' : t.names[t.messages[n]];
  const names = (list) => list.length > 6 ? `${list.slice(0, 5).map(name).join(', ')} and ${list.length - 5} more` : list.map(name).join(', ');
  const installed = new Map();
  for (let i = 0; t.installed && i < t.installed.length; i += 2) installed.set(t.installed[i], t.installed[i + 1]);
  const viewOf = (n) => { const v = installed.get(n); return v === undefined ? 'a view that the log does not describe' : `view ${t.letters[v]}, “${t.views[v]}”: ${t.members[v]}`; };
  const briefly = (n) => installed.has(n) ? `view ${t.letters[installed.get(n)]}: ${t.members[installed.get(n)]}` : 'a view';
  // What stands beside an event: the log's words, or what it is.
  const words = (n) => t.texts[n] || { v: briefly(n), e: 'leaves', x: 'crashes' }[t.kinds[n]] || '';
  const deed = (n) => {
    const named = message(n) || 'a message', to = sentTo[n], from = camefrom[n];
    switch (t.kinds[n]) {
      case 's': return `sent ${named}` + (lost.has(n) ? ', received by nobody' : to.length ? `, received as ${names(to)}` : '');
      case 'r': return `received ${named}` + (unsent.has(n) ? ', sent by nobody' : from.length ? ` from ${names(from)}` : '');
      case 'd': return `delivered ${named}` + (unsent.has(n) ? ', sent by nobody' : from.length ? ` from ${names(from)}` : '');
      case 'v': return `installed ${viewOf(n)}`;
      case 'e': return 'left in order, and did nothing more';
      case 'x': return 'crashed, and did nothing more';
      default: return 'did something of its own';
    }
  };
  const claimedLamport = (n) => {
    const more = t.lamport && t.lamport[n];
    if (t.lamport === 0) return lamport[n];
    return more === null || more === undefined ? null : typeof more === 'string' ? more : lamport[n] + more;
  };
  const others = [];
  if (t.claims) [...t.claims].reduce((used, sort, n) => sort === '2' ? (others[n] = t.vectors[used], used + 1) : used, 0);
  const claimedVector = (n) => {
    if (!t.claims || t.claims[n] === '0') return null;
    if (t.claims[n] === '1') return vector(n);
    const flat = others[n], pairs = [];
    for (let i = 0; i < flat.length; i += 2) pairs.push([flat[i], flat[i + 1]]);
    return pairs;
  };
  const shown = (pairs, most) => {
    const text = pairs.slice(0, most).map(([host, counted]) => `${t.hosts[host]}:${counted}`).join(' ');
    return pairs.length > most ? `${text} and ${pairs.length - most} more` : text;
  };
  const dense = (pairs) => {
    const all = new Array(t.hosts.length).fill(0);
    for (const [host, counted] of pairs) all[host] = counted;
    return `⟨${all.join(' ')}⟩`;
  };
  const times = [];
  if (t.times) {
    let last = 0;
    t.times.forEach((step, n) => { times[n] = step === null ? null : last += step; });
  }
  const wall = (n) => {
    const ms = Number(BigInt(t.begin) / 1000000n) + times[n] / 1e6;
    const date = new Date(ms), told = !Number.isFinite(+date) || Math.abs(ms) < 1e11 ? '' : ` · ${date.toISOString().replace('T', ' ')}`;
    return `${times[n] ? lasting(times[n]) : '0'} after the first${told}`;
  };

  // State: one event is chosen, one may be held for the question why, one may be pointed at.
  let chosen = -1, held = -1, near = -1, pinned = false, lastSent = -1;
  let past = null, future = null, path = null, onPath = new Set();
  const tell = (n) => {
    let before = 0, after = 0;
    past.forEach((known) => { before += known; });
    future.forEach((since, lane) => { after += t.counts[lane] - since; });
    const beside = count - before - after + 1;
    return [before - 1, after - 1, beside];
  };
  const relation = () => {
    const [a, b] = [name(held), name(chosen)];
    if (held === chosen) return `${a} is held; choose another event to see how the two stand to each other.`;
    if (!path) return `${a} and ${b} are concurrent: no path leads from either to the other.`;
    const from = name(path[0]), to = name(path[path.length - 1]);
    const way = path.length > 12 ? [...path.slice(0, 6).map(name), `${path.length - 12} more`, ...path.slice(-6).map(name)] : path.map(name);
    return `${from} happened before ${to}: ${way.join(' → ')}.`;
  };
  const element = (tag, text, kind) => {
    const made = document.createElement(tag);
    if (text !== undefined) made.textContent = text;
    if (kind) made.className = kind;
    return made;
  };
  const describe = () => {
    what.replaceChildren();
    if (chosen < 0) {
      what.append(element('p', 'Point at an event, or click one to keep it: what may have caused it and what it may have caused is lit.'));
      return;
    }
    const n = chosen, [before, after, beside] = tell(n), list = element('dl');
    const add = (term, text) => text !== '' && text !== null && list.append(element('dt', term), element('dd', text));
    what.append(element('h3', name(n)), element('p', deed(n)));
    if (t.texts[n]) what.append(element('p', `“${t.texts[n]}”`));
    const counts = element('p', undefined, 'sp-counts');
    counts.append(element('span', `▲ ${grouped(before)} before`, 'sp-p'), element('span', `▼ ${grouped(after)} after`, 'sp-f'),
      element('span', `∥ ${grouped(beside)} concurrent`, 'sp-c'));
    what.append(counts);
    if (impossible.has(n)) what.append(element('p', 'It cannot have happened as the log has it: its message would close a circle of causes.', 'sp-warn'));
    if (doubts.has(n)) what.append(element('p', `▲ ${doubts.get(n)}.`, 'sp-warn'));
    for (const at of breaks.get(n) || []) what.append(element('p', `It is an end of a broken promise. ${t.broken[at]}.`, 'sp-warn'));
    if (skews.has(n)) what.append(element('p', `The clocks say that it came ${lasting(skews.get(n))} before it was sent.`, 'sp-warn'));
    if (beyond.has(n)) what.append(element('p', 'The other end of its message is not drawn.'));
    const claimed = claimedLamport(n), claim = claimedVector(n);
    add('Lamport', claimed === null ? `${lamport[n]} (rebuilt)` : String(claimed));
    add('vector', claim ? shown(claim, 40) : `${shown(vector(n), 40)} (rebuilt)`);
    if (claim && t.claims[n] === '2') add('rebuilt', shown(vector(n), 40));
    if (t.hybrid && t.hybrid[2 * n] !== null) add('hybrid', `${t.hybrid[2 * n]} ms, counter ${t.hybrid[2 * n + 1]}`);
    if (t.times && times[n] !== null) add('time', wall(n) + (t.shifts[laneOf[n]] ? ` · drawn ${lasting(t.shifts[laneOf[n]])} later` : ''));
    const source = t.sources ? t.sources[n] : 0, file = t.sources && t.files[source];
    add('in the log', file ? `${file}:${line[n]}` : `${t.sources ? `text ${source + 1}, ` : ''}line ${line[n]}`);
    what.append(list);
    if (held >= 0) {
      what.append(element('p', relation()));
      if (path && path.length > 1) {
        const steps = element('ol');
        path.slice(0, 200).forEach((at) => steps.append(element('li', `${name(at)} ${{ s: 'sends ', r: 'receives ', d: 'delivers ' }[t.kinds[at]] || ''}${message(at)} ${words(at)}`)));
        what.append(steps);
      }
    }
  };
  const speak = () => {
    if (chosen < 0) { live.textContent = 'Nothing is chosen.'; return; }
    const [before, after, beside] = tell(chosen);
    const text = t.texts[chosen] ? `: “${t.texts[chosen]}”` : '';
    const wrong = (impossible.has(chosen) ? ' It cannot have happened so.' : '') + (doubts.has(chosen) ? ` Its stamp cannot be right: ${doubts.get(chosen)}.` : '');
    live.textContent = `${name(chosen)} ${deed(chosen)}${text}; ${before} ${before === 1 ? 'event' : 'events'} before it, ${after} after, ${beside} concurrent.${wrong}` +
      (held >= 0 ? ` ${relation()}` : '');
  };
  const choose = (n, keep) => {
    chosen = n;
    pinned = keep && n >= 0;
    past = future = path = null;
    if (n >= 0) {
      past = pastOf(n);
      future = futureOf(n);
      if (held >= 0 && held !== n) path = pathFrom(held, n) || pathFrom(n, held);
    }
    onPath = new Set(path || []);
    body.classList.toggle('sp-some', n >= 0);
    heads.forEach((head, lane) => head.classList.toggle('sp-here', n >= 0 && laneOf[n] === lane));
    describe();
    if (keep) speak();
    paint();
  };
  const clear = () => { held = near = lastSent = -1; choose(-1, true); };

  // What the script draws: labels and the lit part, for what is in sight.
  const heads = [...document.querySelectorAll('.sp-head span')];
  const svg = (tag, attributes, parent) => {
    const made = document.createElementNS('http' + '://www.w3.org/2000/svg', tag);
    for (const key in attributes) made.setAttribute(key, attributes[key]);
    if (parent) parent.append(made);
    return made;
  };
  const over = svg('g', {class: 'sp-over'}, body), beside = svg('g', {class: 'sp-beside'}, body);
  const select = byId('sp-beside');
  const views = [['lamport', t.lamport === undefined ? 'Lamport clock, rebuilt' : 'Lamport clock'], ['vector', t.claims ? 'vector clock' : 'vector clock, rebuilt'], ['message', 'message'], ['index', 'place'], ['', 'nothing']];
  for (const [value, text] of views) select.append(new Option(text, value));
  select.value = t.beside;
  // What the log does not have must not look like what it has.
  const isRebuilt = (n) => select.value === 'lamport' ? claimedLamport(n) === null : select.value === 'vector' && !claimedVector(n);
  const stamp = (n) => isRebuilt(n) && bare(n) ? `(${bare(n)})` : bare(n);
  const bare = (n) => {
    if (select.value === 'lamport') { const told = claimedLamport(n); return String(told === null ? lamport[n] : told); }
    if (select.value === 'vector') return t.hosts.length > 24 ? '' : dense(claimedVector(n) || vector(n));
    return select.value === 'message' ? message(n) : select.value === 'index' ? String(place[n]) : '';
  };
  const percent = (lane) => `${(lane + .5) / lanes * 100}%`;
  const firstFrom = (lane, top) => {
    let low = start[lane], high = start[lane + 1];
    while (low < high) { const middle = (low + high) >> 1; if (y(middle) < top) low = middle + 1; else high = middle; }
    return low;
  };
  const ring = (at, r) => `M${-r} ${at}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0`;
  // A text without what it shares with those above and below it, from the last word that begins within that; and
  // without the times that then stand in front, which tell nobody what happened.
  const alike = (a, b) => { let at = 0; while (at < a.length && a[at] === b[at]) at++; return at; };
  const different = (n) => {
    const text = t.texts[n], near = [];
    if (!isFirst(n)) near.push(t.texts[n - 1]);
    if (!isLast(n)) near.push(t.texts[n + 1]);
    const same = Math.max(0, ...near.map((other) => other === text ? 0 : alike(text, other)));
    const cut = text.lastIndexOf(' ', same - 1) + 1;
    const words = text.slice(cut).replace(/^(?:[\[(]?[\d.:,/+-]+[\])Z]?\s+|[AP]M\s+)+(?=\S)/, '');
    return cut >= 8 ? `…${words}` : text;
  };
  const kindClass = {l: 'sp-local', s: 'sp-send', r: 'sp-receive', d: 'sp-deliver', v: 'sp-view', e: 'sp-leave', x: 'sp-crash'};
  const shape = (kind, at) => {
    switch (kind) {
      case 'd': return `M0 ${at - 6}l6 6-6 6-6-6z`;
      case 'v': return `M-11 ${at - 2}h22m-22 5h22`;
      case 'e': return `M-10 ${at}h20`;
      case 'x': return `M-7 ${at - 7}l14 14m0-14l-14 14`;
      default: return `M0 ${at}h0`;
    }
  };
  const paint = () => {
    const top = box.scrollTop - 300, bottom = box.scrollTop + Math.min(box.clientHeight, 2000) + 300;
    const width = body.clientWidth / lanes;
    over.replaceChildren();
    beside.replaceChildren();
    const wide = chosen < 0 ? null : svg('svg', {class: 'sp-wide', viewBox: `0 0 ${lanes * 100} ${body.clientHeight}`, preserveAspectRatio: 'none'}, over);
    const lines = {w: '', p: '', f: ''};
    const link = (n, to) => `M${laneOf[n] * 100 + 50} ${y(n)}L${laneOf[to] * 100 + 50} ${y(to)}`;
    if (chosen >= 0) {
      for (let i = 0; i < t.edges.length; i += 2) {
        const n = t.edges[i], to = t.edges[i + 1];
        if (y(to) < top || y(n) > bottom) continue;
        if (inPast(past, to)) lines.p += link(n, to); else if (inFuture(future, n)) lines.f += link(n, to);
      }
      for (let i = 1; path && i < path.length; i++) lines.w += link(path[i - 1], path[i]);
      past.forEach((known, lane) => { if (known) lines.p += `M${lane * 100 + 50} ${y(start[lane])}V${y(start[lane] + known - 1)}`; });
      future.forEach((since, lane) => { if (since < t.counts[lane]) lines.f += `M${lane * 100 + 50} ${y(start[lane] + since)}V${y(start[lane + 1] - 1)}`; });
      for (const kind in lines) if (lines[kind]) svg('path', {class: `sp-${kind}-line`, d: lines[kind]}, wide);
    }
    let texts = 0;
    for (let lane = 0; lane < lanes; lane++) {
      const from = firstFrom(lane, top), marks = {};
      let rings = '', ends = '', after = 0;
      const holder = svg('svg', {class: 'sp-lane', x: percent(lane)}, over);
      for (let n = from; n < start[lane + 1] && y(n) < bottom; n++) {
        const isPast = chosen >= 0 && inPast(past, n), isFuture = chosen >= 0 && inFuture(future, n), lit = isPast || isFuture || n === held;
        const sort = onPath.has(n) ? 'w' : n === chosen ? 'n' : isPast ? 'p' : isFuture ? 'f' : n === held ? 'w' : '';
        if (sort) {
          const key = `${kindClass[t.kinds[n]]} sp-${sort}-mark`;
          marks[key] = (marks[key] || '') + shape(t.kinds[n], y(n));
          if (sort === 'f') rings += ring(y(n), 8.5);
        }
        if (breaks.has(n)) ends += `M-8 ${y(n) - 8}v-4h16v4m-16 16v4h16v-4`;
        const own = n === chosen || n === near || n === held;
        const text = own ? select.value === 'index' ? name(n) : `${name(n)} ${stamp(n)}` : stamp(n);
        const room = Math.floor((lane === lanes - 1 ? width / 2 + 6 : width - 20) / 6.6), isFree = y(n) - after >= 15 || own;
        if (texts < 1500 && isFree && (own || text.length <= room)) {
          const label = svg('text', {x: percent(lane), dx: own || t.kinds[n] === 'v' || t.kinds[n] === 'e' ? 16 : 12, y: y(n) + 4, class: lit ? 'sp-lit' : ''}, beside);
          const bold = svg('tspan', {class: isRebuilt(n) ? 'sp-stamp sp-rebuilt' : 'sp-stamp'}, label);
          bold.textContent = text;
          const rest = room - text.length - 2;
          if (rest >= 8 && words(n)) {
            const thin = svg('tspan', {class: 'sp-text', dx: text ? 6 : 0}, label);
            const said = t.texts[n].length > rest ? different(n) : words(n);
            thin.textContent = said.length > rest ? `${said.slice(0, rest - 1)}…` : said;
          }
          after = y(n);
          texts++;
        }
      }
      for (const key in marks) {
        svg('path', {class: key, d: marks[key]}, holder);
        if (key.startsWith('sp-receive')) svg('path', {class: 'sp-in', d: marks[key]}, holder);
      }
      if (ends) svg('path', {class: 'sp-witness', d: ends}, holder);
      if (rings) svg('path', {class: 'sp-f-ring', d: rings}, holder);
      const mark = (n, kind, r) => { if (n >= 0 && laneOf[n] === lane) svg('path', {class: kind, d: ring(y(n), r)}, holder); };
      mark(held, 'sp-hold', 13);
      mark(chosen, 'sp-chosen', 10);
      mark(near, 'sp-near', 12);
    }
  };
  let isAsked = false;
  const later = () => {
    if (isAsked) return;
    isAsked = true;
    requestAnimationFrame(() => { isAsked = false; paint(); });
  };
  const reveal = (n) => {
    const head = heads[0].parentElement.offsetHeight, at = y(n) + head;
    const left = body.getBoundingClientRect().left - box.getBoundingClientRect().left + box.scrollLeft;
    const x = left + (laneOf[n] + .5) * body.clientWidth / lanes;
    if (at < box.scrollTop + head + 40 || at > box.scrollTop + box.clientHeight - 40) box.scrollTop = at - box.clientHeight / 2;
    if (x < box.scrollLeft + 60 || x > box.scrollLeft + box.clientWidth - Math.min(140, box.clientWidth / 2)) box.scrollLeft = x - box.clientWidth / 2;
  };

  // By mouse.
  const hit = (event) => {
    const frame = body.getBoundingClientRect(), width = frame.width / lanes;
    const x = event.clientX - frame.left, at = event.clientY - frame.top;
    const lane = Math.floor(x / width);
    if (lane < 0 || lane >= lanes || at < 0) return -1;
    const below = firstFrom(lane, at), candidates = [below - 1, below].filter((n) => n >= start[lane] && n < start[lane + 1]);
    const best = candidates.sort((a, b) => Math.abs(y(a) - at) - Math.abs(y(b) - at))[0];
    return best !== undefined && Math.hypot(y(best) - at, x - (lane + .5) * width) < 18 ? best : -1;
  };
  box.addEventListener('pointermove', (event) => {
    if (event.pointerType === 'touch') return;
    const n = hit(event);
    if (pinned) { if (n !== near) { near = n; later(); } } else if (n !== chosen) choose(n, false);
  });
  box.addEventListener('pointerleave', () => { near = -1; if (pinned) later(); else if (chosen >= 0) choose(-1, false); });
  box.addEventListener('click', (event) => {
    const n = hit(event);
    if (n < 0) { clear(); return; }
    if (!event.shiftKey) held = -1; else if (held < 0 && pinned) held = chosen;
    near = -1;
    choose(n, true);
  });

  // By keyboard.
  const nearest = (lane, n) => {
    const below = firstFrom(lane, y(n)), above = below - 1;
    if (below >= start[lane + 1]) return above;
    return above < start[lane] || y(below) - y(n) <= y(n) - y(above) ? below : above;
  };
  const follow = (n) => {
    const to = sentTo[n], from = camefrom[n];
    if (from.length && !(to.length && lastSent !== n && t.kinds[n] === 's')) { lastSent = n; return from[0]; }
    if (!to.length) return n;
    // From a receipt back to its send and on again leads to the next receiver.
    return to[(to.indexOf(lastSent) + 1) % to.length];
  };
  const moves = {
    ArrowDown: (n) => isLast(n) ? n : n + 1,
    ArrowUp: (n) => isFirst(n) ? n : n - 1,
    ArrowRight: (n) => laneOf[n] + 1 < lanes ? nearest(laneOf[n] + 1, n) : n,
    ArrowLeft: (n) => laneOf[n] > 0 ? nearest(laneOf[n] - 1, n) : n,
    Home: (n) => start[laneOf[n]],
    End: (n) => start[laneOf[n] + 1] - 1,
    m: follow,
    Enter: follow,
  };
  const act = (key) => {
    if (count === 0) return false;
    const move = moves[key];
    if (key === 'Escape') clear();
    else if (key === 'w' && chosen >= 0) { held = held === chosen ? -1 : chosen; choose(chosen, true); }
    else if (move) {
      const next = chosen < 0 ? Math.min(firstFrom(0, box.scrollTop), start[1] - 1) : move(chosen);
      reveal(next);
      choose(next, true);
    } else return false;
    return true;
  };
  box.addEventListener('keydown', (event) => {
    if (!event.ctrlKey && !event.altKey && !event.metaKey && act(event.key)) event.preventDefault();
  });
  for (const button of document.querySelectorAll('.sp-do button')) button.addEventListener('click', () => act(button.dataset.key));
  const ticks = document.querySelector('.sp-ticks');
  box.addEventListener('scroll', () => {
    ticks.setAttribute('transform', `translate(${box.scrollLeft} 0)`);
    later();
  }, {passive: true});
  addEventListener('resize', later);

  // Search, findings, and an event named in the address: #host:index, or two with a comma.
  const find = byId('sp-find'), found = byId('sp-found');
  byId('sp-tools').addEventListener('submit', (event) => {
    event.preventDefault();
    const wanted = find.value.trim().toLowerCase();
    if (!wanted) return;
    const hits = [];
    for (let n = 0; n < count; n++) {
      if (name(n).toLowerCase() === wanted || words(n).toLowerCase().includes(wanted) || message(n).toLowerCase() === wanted) hits.push(n);
    }
    hits.sort((a, b) => row[a] - row[b] || a - b);
    const next = (hits.indexOf(chosen) + 1) % hits.length;
    found.textContent = hits.length ? `${next + 1} of ${grouped(hits.length)}` : 'nothing found';
    if (hits.length) { held = -1; reveal(hits[next]); choose(hits[next], true); }
  });
  find.addEventListener('input', () => { found.textContent = ''; });
  select.addEventListener('change', paint);
  const show = (a, b) => {
    held = b === undefined ? -1 : a;
    const n = b === undefined ? a : b;
    reveal(n);
    choose(n, true);
  };
  for (const shower of document.querySelectorAll('.sp-show')) {
    shower.hidden = false;
    shower.addEventListener('click', () => {
      show(...shower.dataset.pair.split(' ').map(Number));
      box.focus();
      box.scrollIntoView({block: 'nearest'});
    });
  }
  byId('sp-tools').hidden = byId('sp-panel').hidden = false;
  const called = (text) => { for (let n = 0; n < count; n++) if (name(n) === text) return n; return -1; };
  let asked = [];
  try { asked = decodeURIComponent(location.hash.slice(1)).split(',').map(called).filter((n) => n >= 0); } catch { asked = []; }
  if (asked.length) show(asked[0], asked[1]); else if (t.chosen >= 0) show(t.chosen); else { describe(); paint(); }
}
