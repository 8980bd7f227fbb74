// Shows the report that stands in the page as JSON. Everything that a target said is set as text, never as markup.
'use strict';

const report = JSON.parse(document.getElementById('data').textContent);
const VERDICTS = ['fail', 'error', 'skip', 'pass'];
const WORDS = { fail: 'failed', error: 'errors', skip: 'skipped', pass: 'passed' };
const SIGNS = { fail: '✗', error: '!', skip: '–', pass: '✓' };
const PAGE = 100;

const byId = (id) => document.getElementById(id);
const titles = new Map(report.operations.map((operation) => [operation.id, operation]));
const shown = new Set(VERDICTS);
let query = '';
let limit = PAGE;

// An element with attributes and children; strings become text.
function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith('on')) made.addEventListener(key.slice(2), value);
    else if (value === true) made.setAttribute(key, '');
    else if (value !== false && value != null) made.setAttribute(key, value);
  }
  made.append(...children.filter((child) => child != null));
  return made;
}

// A sentence in which code stands between backticks. It may quote what a target said: that stays text too.
const sentence = (text) => text.split('`').map((part, index, parts) =>
  (index % 2 && index + 1 < parts.length ? element('code', {}, part) : index % 2 ? `\`${part}` : part));

const worst = (cases) => VERDICTS.find((verdict) => cases.some((one) => one.verdict === verdict));
const count = (cases, verdict) => cases.filter((one) => one.verdict === verdict).length;
const plural = (number, word) => `${number.toLocaleString('en')} ${word}${number === 1 ? '' : 's'}`;

// What a search looks through, made once for each case.
const haystacks = new Map();
function haystack(one) {
  if (!haystacks.has(one)) {
    const exchanges = one.exchanges.flatMap(({ curl, answer }) => [curl, `HTTP ${answer.status}`, answer.body]);
    const mismatches = one.mismatches.flatMap((mismatch) => Object.values(mismatch));
    const title = titles.get(one.operation)?.title;
    const parts = [one.id, title, one.kind, one.level, one.requirement, one.reason, ...mismatches, ...exchanges];
    haystacks.set(one, parts.join('\n').toLowerCase());
  }
  return haystacks.get(one);
}

function selected() {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  return report.cases.filter((one) => shown.has(one.verdict) && words.every((word) => haystack(one).includes(word)));
}

function methodAndPath(title) {
  const [method, path] = title.split(' ');
  return element('div', { class: 'operation' },
    element('span', { class: 'method' }, method), ' ', element('span', { class: 'path' }, path ?? ''));
}

// Head

function head() {
  const headline = byId('headline');
  const bad = report.totals.fail + report.totals.error;
  headline.classList.add(report.passed ? 'pass' : bad ? 'fail' : 'partial');
  const { implementation } = report;
  const name = implementation && [implementation.name, implementation.version].filter(Boolean).join(' ');
  const by = implementation?.source === 'server-header' ? ' (by its Server header)' : '';
  byId('subject').textContent = name ? `${name}${by} at ${report.target}` : report.target;
  const facts = {
    Profile: report.profile,
    Document: `${report.document.title} ${report.document.version}`,
    Begun: report.started.replace('T', ' ').replace('Z', ' UTC'),
    Took: duration(report.duration_ms),
    Tool: `${report.tool.name} ${report.tool.version}`,
  };
  for (const [term, text] of Object.entries(facts)) {
    byId('facts').append(element('dt', {}, term), element('dd', {}, text));
  }
  if (report.left_behind.length) {
    byId('left').hidden = false;
    byId('left-behind').append(...report.left_behind.map((left) => element('li', {}, left)));
  }
  if (report.command) {
    byId('repeat').hidden = false;
    byId('command').append(copied('Command', report.command));
  }
  byId('footer').textContent = 'Secrets are left out of everything that is shown here.';
}

function duration(milliseconds) {
  if (milliseconds < 1000) return `${milliseconds} ms`;
  const seconds = milliseconds / 1000;
  return seconds < 60 ? `${seconds.toFixed(1)} s` : `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}

function totals() {
  for (const verdict of VERDICTS) {
    const number = report.totals[verdict];
    const toggle = (event) => {
      shown[shown.has(verdict) ? 'delete' : 'add'](verdict);
      event.currentTarget.setAttribute('aria-pressed', String(shown.has(verdict)));
      update();
    };
    const button = { type: 'button', class: `total ${verdict}`, 'aria-pressed': 'true', onclick: toggle };
    byId('totals').append(element('button', button, element('b', {}, number.toLocaleString('en')), WORDS[verdict]));
    if (number) {
      const part = element('i', { class: verdict });
      part.style.flexGrow = number;
      byId('proportions').append(part);
    }
  }
}

// Matrix

function cell(operation, kind, cases) {
  if (!cases.length) return element('td', { class: 'none', 'aria-label': 'no case' }, '·');
  const verdict = worst(cases);
  const bad = cases.length - count(cases, 'pass');
  const text = bad && bad < cases.length ? `${bad} / ${cases.length}` : String(cases.length);
  const told = VERDICTS.filter((name) => count(cases, name)).map((name) => `${count(cases, name)} ${WORDS[name]}`);
  const open = () => openPanel(operation.title, `${kind}: ${told.join(', ')}`, cases);
  const label = `${operation.title}, ${kind}: ${told.join(', ')}`;
  const button = { type: 'button', class: `cell ${verdict}`, 'aria-label': label, title: told.join(', '), onclick: open };
  return element('td', {}, element('button', button, `${SIGNS[verdict]} ${text}`));
}

function matrix(cases) {
  const kinds = report.kinds.filter((kind) => report.cases.some((one) => one.kind === kind));
  const names = [element('th', { scope: 'col' }, 'operation'), ...kinds.map((kind) => element('th', { scope: 'col' }, kind))];
  const rows = [element('thead', {}, element('tr', {}, ...names, element('th', { scope: 'col' }, 'passed')))];
  const cells = Map.groupBy(cases, (one) => `${one.operation} ${one.kind}`);
  for (const [group, operations] of Map.groupBy(report.operations, (operation) => operation.group)) {
    const lines = operations.flatMap((operation) => {
      const own = cases.filter((one) => one.operation === operation.id);
      if (!own.length) return [];
      const name = element('th', { scope: 'row', title: operation.id }, methodAndPath(operation.title));
      const row = kinds.map((kind) => cell(operation, kind, cells.get(`${operation.id} ${kind}`) ?? []));
      const sum = element('td', { class: 'sum' }, `${count(own, 'pass')} / ${own.length}`);
      return [element('tr', { 'data-operation': operation.id }, name, ...row, sum)];
    });
    if (!lines.length) continue;
    const title = element('th', { colspan: kinds.length + 2, scope: 'rowgroup' }, group);
    rows.push(element('tbody', {}, element('tr', { class: 'group' }, title), ...lines));
  }
  byId('matrix').replaceChildren(...rows);
}

// Arrows go from cell to cell.
function move(event) {
  const from = event.target.closest('td');
  const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
  if (!from || !step) return;
  const rows = [...byId('matrix').rows];
  let [row, column] = [rows.indexOf(from.parentElement), from.cellIndex];
  while ((row += step[0]) >= 0 && row < rows.length && (column += step[1]) > 0 && column < rows[0].cells.length) {
    const next = rows[row].cells[column]?.querySelector('button');
    if (!next) continue;
    next.focus();
    event.preventDefault();
    return;
  }
}

// Cases

function caseDetails(one, open = false) {
  const { verdict } = one;
  const tags = [one.level === 'SHOULD' && 'SHOULD', one.extension && 'extension', one.kind, `${one.duration_ms} ms`];
  const body = element('div', { class: 'case-body' });
  const fill = () => {
    if (!body.childElementCount) body.append(...caseBody(one));
  };
  const summary = element('summary', {},
    element('span', { class: 'badge' }, `${SIGNS[verdict]} ${verdict}`),
    element('code', {}, one.id),
    ...tags.filter(Boolean).map((tag) => element('span', { class: 'tag' }, tag)));
  if (open) fill();
  // Only what is looked at is made: there may be thousands.
  return element('details', { class: `case ${verdict}`, 'data-id': one.id, open, ontoggle: fill }, summary, body);
}

function caseBody(one) {
  const parts = [element('p', { class: 'requirement' }, ...sentence(one.requirement)), element('p', { class: 'where' }, `document: #${one.pointer}`)];
  if (one.reason) parts.push(element('p', {}, element('b', {}, one.verdict === 'skip' ? 'Skipped: ' : 'Not judged: '), one.reason));
  if (one.note) parts.push(element('p', { class: 'hint' }, 'Note: ', ...sentence(one.note)));
  parts.push(...one.mismatches.map(mismatch));
  const fix = one.fix ?? report.advice[one.kind];
  const told = one.mismatches.some((other) => other.likely_cause === fix);
  if (one.verdict === 'fail' && !told) parts.push(element('p', { class: 'hint' }, 'Where to look: ', ...sentence(fix)));
  parts.push(...one.left_behind.map((left) => element('p', {}, element('b', {}, 'Left behind: '), left)));
  if (one.verdict === 'pass' && one.exchanges.length) {
    parts.push(element('p', { class: 'hint' }, 'What prepared it and cleaned up is left out, and so is most of long answers.'));
  }
  parts.push(...one.exchanges.map((exchange, index) => exchangeDetails(one, exchange, index)));
  const link = element('a', { href: `#${encodeURIComponent(one.id)}` }, 'Link to this case');
  parts.push(element('p', { class: 'hint' }, link));
  return parts;
}

function place({ part, body_pointer: pointer, header }) {
  if (part === 'body') return pointer ? `body at ${pointer}` : 'body';
  return part === 'header' ? `header ${header}` : 'status';
}

function mismatch(one) {
  return element('div', { class: 'mismatch' },
    element('p', {}, ...sentence(one.requirement)),
    element('div', { class: 'diff' },
      element('div', { class: 'at' }, `@@ ${place(one)} @@`),
      element('div', { class: 'minus' }, `- expected  ${one.expected}`),
      element('div', { class: 'plus' }, `+ actual    ${one.actual}`)),
    element('p', { class: 'cause' }, element('b', {}, 'Likely cause: '), ...sentence(one.likely_cause)),
    element('p', { class: 'where' }, `document: #${one.pointer}`));
}

function exchangeDetails(one, exchange, index) {
  const wrong = one.mismatches.filter((other) => other.exchange === index);
  const { answer } = exchange;
  const title = `${exchange.method} ${exchange.path} → ${answer.status}`;
  const summary = element('summary', {}, element('span', { class: 'tag' }, `${exchange.role} `),
    element('span', { class: 'mono' }, title), element('span', { class: 'tag' }, ` ${exchange.duration_ms} ms`));
  const head = [`HTTP ${answer.status}`, ...answer.headers.map(([name, value]) => `${name}: ${value}`)].join('\n');
  const headers = element('pre', { class: 'headers' }, ...marked(head, (line) => wrong.some(({ part, header }) =>
    part === 'status' ? line.startsWith('HTTP ') : part === 'header' && line.startsWith(`${header}: `))));
  const parts = [copied(exchange.curl_cut ? 'Request (the body is cut)' : 'Request', exchange.curl), element('h3', {}, 'Answer'), headers];
  if (answer.body) {
    const pointers = wrong.filter(({ part }) => part === 'body').map((other) => other.body_pointer);
    parts.push(element('h3', {}, answer.cut ? 'Body (cut)' : 'Body'), element('pre', { class: 'body' }, ...bodyLines(answer, pointers)));
  }
  const body = element('div', { class: 'exchange-body' }, ...parts);
  return element('details', { class: wrong.length ? 'exchange bad' : 'exchange', open: wrong.length > 0 }, summary, body);
}

const marked = (text, isHit) => text.split('\n').flatMap((line, index) =>
  [index ? '\n' : null, isHit(line) ? element('span', { class: 'hit' }, line) : line]);

// The body, indented if it is JSON, with the lines marked where something differs.
function bodyLines({ body, json }, pointers) {
  if (!json) return marked(body, () => pointers.includes(''));
  const nearest = new Set(pointers.filter(Boolean));
  const lines = [];
  write(JSON.parse(body), '', '', '');
  const places = new Set(lines.map(({ pointer }) => pointer));
  // What is missing is marked where it would be: at what contains it.
  for (const pointer of [...nearest]) {
    let at = pointer;
    while (at && !places.has(at)) at = at.slice(0, at.lastIndexOf('/'));
    if (at) nearest.add(at);
  }
  return lines.flatMap(({ text, pointer }, index) =>
    [index ? '\n' : null, nearest.has(pointer) ? element('span', { class: 'hit' }, text) : text]);

  function write(value, pointer, indent, before, after = '') {
    const entries = value && typeof value === 'object' ? Object.entries(value) : [];
    if (!entries.length) {
      lines.push({ text: indent + before + JSON.stringify(value) + after, pointer });
      return;
    }
    const [open, close] = Array.isArray(value) ? '[]' : '{}';
    lines.push({ text: indent + before + open, pointer });
    entries.forEach(([name, item], index) => {
      const inner = `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
      const key = Array.isArray(value) ? '' : `${JSON.stringify(name)}: `;
      write(item, inner, `${indent}  `, key, index + 1 < entries.length ? ',' : '');
    });
    lines.push({ text: indent + close + after, pointer: null });
  }
}

// A text under a title, with a button that copies it.
function copied(title, text) {
  const copy = async (event) => {
    const button = event.currentTarget;
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = 'Copied';
    } catch {
      button.textContent = 'Select and copy';
    }
    setTimeout(() => { button.textContent = 'Copy'; }, 1500);
  };
  const button = element('button', { type: 'button', class: 'copy', onclick: copy }, 'Copy');
  const parts = document.createDocumentFragment();
  parts.append(element('h3', {}, title, button), element('pre', { class: 'curl' }, text));
  return parts;
}

function list(cases) {
  const ordered = VERDICTS.flatMap((verdict) => cases.filter((one) => one.verdict === verdict));
  const rows = ordered.slice(0, limit).map((one) => caseDetails(one));
  byId('cases').replaceChildren(...(rows.length ? rows : [element('p', { class: 'empty' }, 'No case is like that.')]));
  byId('more').hidden = ordered.length <= limit;
  byId('more').textContent = `Show ${Math.min(PAGE, ordered.length - limit)} more of ${ordered.length.toLocaleString('en')}`;
}

// Latency

function latency() {
  const titlesOf = ['operation', 'requests', 'median', 'p95', 'max', ''];
  const classes = ['name', '', '', '', '', 'spread'];
  const names = titlesOf.map((title, index) => element('th', { scope: 'col', class: classes[index] }, title));
  const longest = Math.max(1, ...report.latency.map(({ p95_ms: p95 }) => p95));
  const rows = report.latency.map((one) => {
    const title = titles.get(one.operation)?.title ?? one.operation;
    const bar = element('div', { class: 'spread-bar' });
    for (const [name, value] of [['p95', one.p95_ms], ['median', one.median_ms], ['max', one.max_ms]]) {
      const part = element('i', { class: name });
      part.style[name === 'max' ? 'left' : 'width'] = `${Math.min(99.5, (value / longest) * 100)}%`;
      bar.append(part);
    }
    const numbers = [one.count, ...[one.median_ms, one.p95_ms, one.max_ms].map((value) => value.toFixed(1))];
    return element('tr', {},
      element('th', { scope: 'row' }, methodAndPath(title)),
      ...numbers.map((number) => element('td', {}, String(number))),
      element('td', { class: 'spread', 'aria-hidden': 'true' }, bar));
  });
  byId('latency').append(element('thead', {}, element('tr', {}, ...names)), element('tbody', {}, ...rows));
}

// Panel

function openPanel(title, subtitle, cases) {
  byId('panel-title').textContent = title;
  byId('panel-subtitle').textContent = subtitle;
  const ordered = VERDICTS.flatMap((verdict) => cases.filter((one) => one.verdict === verdict));
  byId('panel-body').replaceChildren(...ordered.map((one, index) => caseDetails(one, index === 0)));
  const panel = byId('panel');
  if (!panel.open) panel.showModal();
  panel.scrollTop = 0;
  byId('panel-title').focus();
}

// An address may end in the id of a case.
function openNamed() {
  const id = decodeURIComponent(location.hash.slice(1));
  const one = report.cases.find((other) => other.id === id);
  if (one) openPanel(titles.get(one.operation)?.title ?? one.operation, one.kind, [one]);
}

function update() {
  const cases = selected();
  limit = PAGE;
  byId('shown').textContent = cases.length === report.cases.length
    ? plural(cases.length, 'case') : `${cases.length.toLocaleString('en')} of ${plural(report.cases.length, 'case')}`;
  matrix(cases);
  list(cases);
}

function listen() {
  byId('search').addEventListener('input', (event) => { query = event.target.value; update(); });
  byId('reset').addEventListener('click', () => {
    query = byId('search').value = '';
    VERDICTS.forEach((verdict) => shown.add(verdict));
    for (const button of byId('totals').children) button.setAttribute('aria-pressed', 'true');
    update();
  });
  byId('more').addEventListener('click', () => { limit += PAGE; list(selected()); });
  byId('matrix').addEventListener('keydown', move);
  const panel = byId('panel');
  byId('close').addEventListener('click', () => panel.close());
  panel.addEventListener('click', (event) => { if (event.target === panel) panel.close(); });
  window.addEventListener('hashchange', openNamed);
  // The matrix's head stays below the bar.
  const bar = document.querySelector('.bar');
  new ResizeObserver(() => document.body.style.setProperty('--bar', `${bar.offsetHeight}px`)).observe(bar);
}

head();
totals();
latency();
update();
listen();
byId('app').hidden = false;
openNamed();
