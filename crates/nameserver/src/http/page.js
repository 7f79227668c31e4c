"use strict";
(() => {
  const PAGE_NAMES = 1000, CHANGES_SHOWN = 50, FRESH_MS = 2500, DRAW_MS = 150, LOOK_AGAIN_MS = 3000;
  const byId = (id) => document.getElementById(id);
  const names = new Map(), shut = new Set();
  let stream = null, next = null, isDue = false, isReading = false, again = 0, round = 0;

  // All text goes in as text: what it says is up to strangers.
  function element(tag, className, text) {
    const made = document.createElement(tag);
    if (className) made.className = className;
    if (text !== undefined) made.textContent = text;
    return made;
  }

  // What stands behind the address may be anything.
  function within() {
    try {
      return decodeURIComponent(location.hash.slice(1)) || "/";
    } catch {
      return "/";
    }
  }

  async function ask(path) {
    const answer = await fetch(path);
    const said = await answer.json();
    if (!answer.ok) throw new Error(said.error);
    return said;
  }

  function tell(text, isLive) {
    byId("state").textContent = text;
    byId("state").className = isLive ? "live" : "";
  }

  function keep(entry, isFresh) {
    const now = performance.now(), before = names.get(entry.name);
    if (before && before.revision > entry.revision) return;
    if (isFresh || (before && before.revision < entry.revision)) entry.fresh = now;
    else if (before) entry.fresh = before.fresh;
    if (entry.lease_left_ms !== undefined) {
      entry.ends = now + entry.lease_left_ms;
      const known = before && before.lease === entry.lease ? before.most || 0 : 0;
      entry.most = Math.max(known, entry.lease_left_ms);
    }
    names.set(entry.name, entry);
  }

  async function read() {
    const listing = await ask(`/v1/names?limit=${PAGE_NAMES}&within=${encodeURIComponent(within())}`);
    const there = new Set(listing.entries.map((entry) => entry.name));
    for (const [name, entry] of names) {
      if (!there.has(name) && entry.revision <= listing.revision) names.delete(name);
    }
    for (const entry of listing.entries) keep(entry, false);
    next = listing.next;
    return listing.revision;
  }

  async function readStatus() {
    const status = await ask("/v1/status");
    byId("zone").textContent = document.title = status.zone;
    const count = (number, what) => `${number.toLocaleString("en")} ${what}${number === 1 ? "" : "s"}`;
    byId("about").textContent = `revision ${status.revision} · ${count(status.names, "name")} · ` +
      `${count(status.leases, "lease")} · ${count(status.watchers, "watcher")} · DNS at ${status.dns}`;
  }

  async function begin() {
    const own = ++round;
    if (stream) stream.close();
    names.clear();
    byId("changes").replaceChildren();
    drawPlaces();
    try {
      await readStatus();
      const revision = await read();
      if (own === round) watch(revision);
    } catch (error) {
      if (own !== round) return;
      tell(error.message, false);
      setTimeout(() => own === round && begin(), LOOK_AGAIN_MS);
    }
    draw();
  }

  function watch(revision) {
    const own = round;
    stream = new EventSource(`/v1/watch?from=${revision}&within=${encodeURIComponent(within())}`);
    stream.addEventListener("watching", () => tell("live", true));
    stream.addEventListener("change", (event) => change(JSON.parse(event.data)));
    // What was left out, or is no longer kept, is read anew.
    stream.addEventListener("lagged", begin);
    stream.onerror = () => {
      tell("connecting again", false);
      if (stream.readyState === EventSource.CLOSED) setTimeout(() => own === round && begin(), LOOK_AGAIN_MS);
    };
  }

  function change(event) {
    const item = element("li");
    item.append(element("span", "number", event.revision), element("b", "", event.name), " ",
      element("span", event.cause, event.cause));
    byId("changes").prepend(item);
    while (byId("changes").children.length > CHANGES_SHOWN) byId("changes").lastChild.remove();
    if (event.value === undefined) names.delete(event.name);
    else if (names.has(event.name) || next === undefined) {
      const before = names.get(event.name);
      const lease = before && before.ends > performance.now() ? { lease: before.lease, lease_left_ms: before.ends - performance.now() } : {};
      keep({ name: event.name, value: event.value, revision: event.revision, ...lease }, true);
    }
    // An event does not tell of leases.
    again = Math.min(again || Infinity, performance.now() + 300);
    drawSoon();
  }

  function drawSoon() {
    if (isDue) return;
    isDue = true;
    setTimeout(() => { isDue = false; draw(); }, DRAW_MS);
  }

  function draw() {
    const root = { below: new Map() };
    for (const entry of names.values()) {
      let node = root;
      for (const label of entry.name === "/" ? ["/"] : entry.name.split("/")) {
        if (!node.below.has(label)) node.below.set(label, { below: new Map() });
        node = node.below.get(label);
      }
      node.entry = entry;
    }
    byId("tree").replaceChildren(...branches(root, ""));
    if (names.size === 0) byId("tree").append(element("li", "none", "no names here yet"));
    byId("more").hidden = !next;
    byId("more").textContent = `the first ${PAGE_NAMES.toLocaleString("en")} names; for others look within one: #region1 behind this page's address`;
    countDown();
  }

  function branches(node, path) {
    const labels = [...node.below.keys()].sort();
    return labels.map((label) => {
      const child = node.below.get(label), own = path ? `${path}/${label}` : label;
      const item = element("li");
      if (child.below.size === 0) {
        item.append(row(element("div", "leaf"), label, child));
        return item;
      }
      const details = element("details"), summary = row(element("summary"), label, child);
      details.open = !shut.has(own);
      details.addEventListener("toggle", () => details.open ? shut.delete(own) : shut.add(own));
      const list = element("ul");
      list.append(...branches(child, own));
      details.append(summary, list);
      item.append(details);
      return item;
    });
  }

  function row(into, label, node) {
    into.append(element("span", "label", label));
    if (node.below.size > 0) into.append(element("span", "count", node.below.size));
    const entry = node.entry;
    if (!entry) return into;
    if (performance.now() - entry.fresh < FRESH_MS) into.classList.add("fresh");
    const says = element("span", "says"), value = entry.value;
    const say = (className, text) => says.append(element("span", className, text), " ");
    const port = value.port === undefined ? "" : `:${value.port}`;
    for (const address of value.addresses || []) say("", (address.includes(":") && port ? `[${address}]` : address) + port);
    if (port && !(value.addresses || []).length) say("", port);
    if (value.alias) say("", `→ ${value.alias}`);
    for (const [key, text] of Object.entries(value.attributes || {})) say("attribute", `${key}=${text}`);
    for (const record of value.records || []) say("attribute", record);
    into.append(says);
    if (entry.ends !== undefined) into.append(lease(entry));
    return into;
  }

  function lease(entry) {
    const shown = element("span", "lease"), meter = element("meter"), text = element("span");
    meter.max = entry.most;
    shown.append(meter, text);
    shown.tick = (now) => {
      const left = Math.max(0, entry.ends - now);
      meter.value = left;
      text.textContent = left > 0 ? `${Math.ceil(left / 1000)} s` : "ran out";
      shown.className = left === 0 ? "lease over" : left < entry.most / 3 ? "lease soon" : "lease";
    };
    return shown;
  }

  function countDown() {
    const now = performance.now();
    for (const shown of document.querySelectorAll(".lease")) shown.tick(now);
  }

  function drawPlaces() {
    const shown = byId("within");
    shown.replaceChildren();
    if (within() === "/") return;
    const labels = within().split("/").filter((label) => label);
    labels.forEach((label, at) => {
      const link = element("a", "", label);
      link.href = "#" + encodeURIComponent(labels.slice(0, at + 1).join("/"));
      shown.append(at > 0 ? "/" : "", link);
    });
  }

  // Signs of life are no changes, so leases are looked at again while they are on the page.
  async function lookAgain() {
    const now = performance.now();
    const hasLeases = [...names.values()].some((entry) => entry.ends !== undefined);
    if (isReading || document.hidden || !stream || !(again && again <= now || hasLeases && now - lookAgain.last > LOOK_AGAIN_MS)) return;
    isReading = true;
    again = 0;
    lookAgain.last = now;
    const own = round;
    try {
      await readStatus();
      if (own === round) await read();
      drawSoon();
    } catch (error) {
      tell(error.message, false);
    }
    isReading = false;
  }
  lookAgain.last = 0;

  setInterval(() => { countDown(); lookAgain(); }, 500);
  setInterval(() => { if (document.querySelector(".fresh")) drawSoon(); }, FRESH_MS);
  addEventListener("hashchange", begin);
  begin();
})();
