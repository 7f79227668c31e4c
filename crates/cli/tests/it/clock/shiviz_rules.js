// Judges a log by ShiViz's rules: node shiviz_rules.js FILE [--parser REGEX] [--delimiter REGEX]
//
// Prints one line of JSON: {"hosts":[…],"events":n,"executions":[{"name","hosts","events"},…]} and ends with status 0, or
// {"rejected":"why"} with status 1. It needs Node 10 or later and nothing else.
//
// It restates, in words of its own, what ShiViz (github.com/DistributedClocks/shiviz, commit ea00d3d4 of 2021-11-30) does
// with a log before it draws it:
//   - js/shiviz.js, the upload of a file: the first line is the parser (empty: the usual one) and the second what stands
//     between executions; each is put between ^ and $; the log begins on the third. --parser or --delimiter stand for
//     what a user writes into the page's fields: then the whole file is the log.
//   - js/model/parser.js: white space is taken off the log's ends; the delimiter splits it; the group `trace` names the
//     execution behind it; two executions with events' text must not have one name; the parser is searched for again and
//     again (flags g and m); an execution without an event is refused; a clock is JSON, if need be after \" became ".
//   - js/model/vectorTimestamp.js: the clock must have its own host; entries of 0 are dropped.
//   - js/model/modelGraph.js: a host's own entries, sorted, must be 1, 2, 3, …; a clock must name hosts that have events, and
//     no more events than they have.
// Two things differ. ShiViz emulates named groups; here JavaScript's own are used, which are stricter. And ShiViz looks at
// another host's entry only where it is greater than before at that host; here all are looked at, which refuses the same
// logs: an entry that is too great is too great where it comes first.
// Like ShiViz, this judges the form alone: clocks that name each other as causes pass.

'use strict';

const fs = require('fs');

const USUAL = '(?<event>.*)\\n(?<host>\\S*) (?<clock>{.*})';

class Rejected extends Error {}

function settings(argv) {
  const [file, ...rest] = argv;
  let [parser, delimiter] = [null, null];
  for (let at = 0; at < rest.length; at += 2) {
    if (rest[at] === '--parser') parser = rest[at + 1];
    else if (rest[at] === '--delimiter') delimiter = rest[at + 1];
    else throw new Rejected(`unknown option ${rest[at]}`);
  }
  // A text area turns the line ends of Windows into line feeds.
  const text = fs.readFileSync(file, 'utf8').replace(/\r\n/g, '\n');
  if (parser !== null || delimiter !== null) {
    return { log: text, parser: parser || USUAL, delimiter: delimiter || '' };
  }
  const [first, second] = text.split('\n', 2);
  if (second === undefined) throw new Rejected('the file has fewer than two lines');
  return {
    parser: first.trim() ? `^${first}$` : USUAL,
    delimiter: second.trim() ? `^${second.trim()}$` : '',
    log: text.split('\n').slice(2).join('\n'),
  };
}

function executions(log, delimiter) {
  const text = log.trim();
  if (!delimiter.trim()) return [{ name: '', text }];
  const found = [];
  let [from, name] = [0, ''];
  const add = (until) => {
    const part = text.slice(from, until);
    if (!part.trim()) return;
    if (found.some((one) => one.name === name)) throw new Rejected(`there are two executions called "${name}"`);
    found.push({ name, text: part });
  };
  for (const match of text.matchAll(new RegExp(delimiter.trim(), 'gm'))) {
    add(match.index);
    from = match.index + match[0].length;
    name = (match.groups && match.groups.trace) || '';
  }
  add(text.length);
  return found;
}

function clockOf(text, host) {
  let clock;
  try {
    clock = JSON.parse(text);
  } catch {
    try {
      clock = JSON.parse(text.replace(/\\"/g, '"'));
    } catch (error) {
      throw new Rejected(`the clock ${text} is no JSON: ${error.message}`);
    }
  }
  if (!Object.prototype.hasOwnProperty.call(clock, host)) {
    throw new Rejected(`the clock ${text} lacks its own host "${host}"`);
  }
  return Object.entries(clock).filter(([, count]) => count != 0);
}

function judge({ name, text }, parser) {
  const hosts = new Map();
  const events = [];
  for (const match of text.matchAll(new RegExp(parser.trim(), 'gm'))) {
    const { host, clock, event } = match.groups || {};
    if (host === undefined || clock === undefined || event === undefined) {
      throw new Rejected('the parser lacks one of the groups host, clock and event');
    }
    // Hosts are keys of plain objects there, and such a name is a key of every object.
    if (host in Object.prototype) throw new Rejected(`a host is called "${host}"`);
    const entries = clockOf(clock, host);
    if (!hosts.has(host)) hosts.set(host, []);
    hosts.get(host).push(Number(Object.fromEntries(entries)[host] || 0));
    events.push({ host, entries });
  }
  if (events.length === 0) throw new Rejected(`the parser finds no event in the execution "${name}"`);
  for (const [host, own] of hosts) {
    own.sort((one, other) => one - other);
    own.forEach((count, at) => {
      if (count === at + 1) return;
      if (at === 0) throw new Rejected(`the first event of "${host}" has the own entry ${count} and not 1`);
      throw new Rejected(`the own entries of "${host}" go from ${own[at - 1]} to ${count}`);
    });
  }
  for (const { host, entries } of events) {
    for (const [named, count] of entries) {
      if (!hosts.has(named)) throw new Rejected(`a clock of "${host}" names "${named}", which has no events`);
      if (count < 1 || count > hosts.get(named).length) {
        throw new Rejected(`a clock of "${host}" counts ${count} events of "${named}"`);
      }
    }
  }
  return { name, hosts: [...hosts.keys()], events: events.length };
}

try {
  const { log, parser, delimiter } = settings(process.argv.slice(2));
  const judged = executions(log, delimiter).map((one) => judge(one, parser));
  const hosts = [...new Set(judged.flatMap((one) => one.hosts))];
  const events = judged.reduce((sum, one) => sum + one.events, 0);
  console.log(JSON.stringify({ hosts, events, executions: judged }));
} catch (error) {
  console.log(JSON.stringify({ rejected: error.message }));
  process.exitCode = 1;
}
