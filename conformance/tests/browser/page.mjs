// Opens a report in a real browser, looks at it as people do, and takes pictures of it.
//
// node page.mjs FOLDER HOSTILE: FOLDER has report.html and report.json; HOSTILE is a text that the target answered.
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

const [folder, hostile] = process.argv.slice(2);
const report = JSON.parse(await readFile(join(folder, 'report.json'), 'utf8'));
const address = pathToFileURL(join(folder, 'report.html')).href;
const ORDER = ['fail', 'error', 'skip', 'pass'];
const cell = (page, operation) => page.locator(`tr[data-operation="${operation}"] .cell`).first();
const number = (cases, verdict) => cases.filter((one) => one.verdict === verdict).length;

// Nothing but the page itself may be asked for.
const args = [
  '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync',
];
const userData = await mkdtemp(join(tmpdir(), 'vouchsafe-report'));
const options = { executablePath: '/usr/bin/chromium', args, viewport: { width: 1360, height: 1000 } };
const browser = await chromium.launchPersistentContext(userData, options);
try {
  await run(await browser.newPage());
} finally {
  await browser.close();
  await rm(userData, { recursive: true, force: true });
}
await withoutScripts();

function watch(page) {
  const complaints = [];
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('dialog', () => complaints.push('a dialog'));
  page.on('request', (request) => {
    if (request.url().split('#')[0] !== address && !request.url().startsWith('data:')) complaints.push(request.url());
  });
  page.setDefaultTimeout(20_000);
  return complaints;
}

async function run(page) {
  const complaints = watch(page);
  await page.goto(address);
  await page.locator('#matrix .cell').first().waitFor();
  assert.equal(await page.locator('h1').innerText(), 'Not passed');
  assert.match(await page.locator('#subject').innerText(), /^Example 1\.2 \(by its Server header\) at http:\/\/target$/);
  assert.match(await page.locator('#command .curl').innerText(), /^vouchsafe-conformance run /);

  await cells(page);
  await panel(page);
  await keyboard(page);
  await filters(page);
  await latency(page);
  await permalink(page);
  await pictures(page);

  assert.equal(await page.evaluate(() => window.owned), undefined);
  assert.deepEqual(complaints, []);
  // The policy itself stops what a mistake in the page might let in.
  await page.evaluate((markup) => { document.body.insertAdjacentHTML('beforeend', markup); }, hostile);
  await page.waitForTimeout(200);
  assert.equal(await page.evaluate(() => window.owned), undefined);
}

// Each cell has the class of its worst verdict and the numbers of its cases.
async function cells(page) {
  const expected = report.operations.flatMap(({ id }) => {
    const own = report.cases.filter(({ operation }) => operation === id);
    if (!own.length) return [];
    const row = report.kinds.filter((kind) => report.cases.some((one) => one.kind === kind)).map((kind) => {
      const cases = own.filter((one) => one.kind === kind);
      if (!cases.length) return '·';
      const bad = cases.length - number(cases, 'pass');
      const verdict = ORDER.find((name) => number(cases, name));
      return `${verdict} ${bad && bad < cases.length ? `${bad} / ${cases.length}` : cases.length}`;
    });
    return [[id, ...row]];
  });
  const seen = await page.locator('#matrix tr[data-operation]').evaluateAll((rows) => rows.map((row) => [
    row.dataset.operation,
    ...[...row.querySelectorAll('td:not(.sum)')].map((td) => {
      const button = td.querySelector('button');
      return button ? `${button.classList[1]} ${button.innerText.slice(2)}` : td.innerText;
    }),
  ]));
  assert.deepEqual(seen, expected);
  for (const verdict of ORDER) {
    assert.ok(seen.flat().some((text) => text.startsWith(verdict)), `a cell that is ${verdict}`);
    assert.match(await page.locator(`.total.${verdict}`).innerText(), new RegExp(`^${report.totals[verdict]}\\b`));
  }
}

async function panel(page) {
  await cell(page, 'basic_credentials_create').click();
  const dialog = page.getByRole('dialog');
  assert.equal(await dialog.locator('h2').innerText(), 'POST /api/v1/basic-credentials');
  const one = dialog.locator('.case.fail').first();
  const id = await one.getAttribute('data-id');
  const told = report.cases.find((other) => other.id === id);
  assert.equal(await one.locator('.requirement').innerText(), told.requirement.replaceAll('`', ''));
  for (const [index, mismatch] of told.mismatches.entries()) {
    const shown = one.locator('.mismatch').nth(index);
    const diff = (await shown.locator('.diff').innerText()).split('\n');
    assert.equal(diff[0], `@@ body at ${mismatch.body_pointer} @@`);
    assert.equal(diff[1], `- expected  ${mismatch.expected}`);
    assert.ok((await shown.locator('.cause').innerText()).endsWith(mismatch.likely_cause.replaceAll('`', '')));
  }
  const exchange = one.locator('.exchange.bad');
  assert.match(await exchange.locator('.curl').innerText(), /^curl -i -X POST 'http:\/\/target\/api\/v1\/basic-credentials'/);
  const body = await exchange.locator('.body').innerText();
  assert.equal(JSON.parse(body).username, hostile, 'what was answered is seen as it is');
  const hits = await exchange.locator('.body .hit').allInnerTexts();
  assert.ok(hits.some((line) => line.includes('"updatedDate"')), hits.join());
  assert.equal(await page.locator('img, script:not(#data):not([nonce])').count(), 0);
  await page.screenshot({ path: join(folder, 'panel.png') });
  await page.locator('#close').click();
  assert.ok(!await dialog.isVisible());

  // An answer that is no JSON.
  await cell(page, 'x509_credentials_list').click();
  assert.ok((await page.locator('dialog .exchange.bad .body').first().innerText()).includes(hostile));
  await page.keyboard.press('Escape');
}

// Cells are reached, opened and left without a mouse.
async function keyboard(page) {
  const from = cell(page, 'basic_credentials_list');
  await from.focus();
  await page.keyboard.press('ArrowDown');
  const operation = () => page.evaluate(() => document.activeElement.closest('tr')?.dataset.operation);
  assert.equal(await operation(), 'basic_credentials_create');
  await page.keyboard.press('Enter');
  assert.ok(await page.getByRole('dialog').isVisible());
  await page.keyboard.press('Escape');
  assert.ok(!await page.getByRole('dialog').isVisible());
  assert.equal(await operation(), 'basic_credentials_create', 'the focus is where it was');
}

async function filters(page) {
  const rows = page.locator('#cases .case');
  assert.equal(await rows.count(), report.cases.length);
  await page.locator('.total.pass').click();
  assert.equal(await rows.count(), report.cases.length - report.totals.pass);
  assert.equal(await page.locator('#matrix .cell.pass, #cases .case.pass').count(), 0);
  await page.locator('#search').fill('Username create');
  const ids = await rows.evaluateAll((all) => all.map((row) => row.dataset.id));
  assert.ok(ids.includes('basic-credentials::create::example-specific'), ids.join());
  assert.ok(ids.length < report.cases.length - report.totals.pass);
  assert.match(await page.locator('#shown').innerText(), new RegExp(`^${ids.length} of ${report.cases.length} cases$`));
  await page.locator('#search').fill('nothing is like this');
  assert.equal(await rows.count(), 0);
  assert.ok(await page.getByText('No case is like that.').isVisible());
  await page.locator('#reset').click();
  assert.equal(await rows.count(), report.cases.length);
  await rows.first().locator('summary').first().click();
  await rows.first().locator('.mismatch').first().waitFor({ state: 'visible' });
}

async function latency(page) {
  const rows = page.locator('#latency tbody tr');
  assert.equal(await rows.count(), report.latency.length);
  const [first] = report.latency;
  const numbers = await rows.first().locator('td:not(.spread)').allInnerTexts();
  assert.deepEqual(numbers.map(Number), [first.count, first.median_ms, first.p95_ms, first.max_ms]);
  const wide = await rows.first().locator('.median').evaluate((bar) => bar.getBoundingClientRect().width);
  assert.ok(wide > 1, 'the bar has a length');
}

async function permalink(page) {
  const { id } = report.cases.find(({ verdict }) => verdict === 'error');
  await page.goto(`${address}#${encodeURIComponent(id)}`);
  await page.reload();
  assert.ok(await page.locator(`dialog .case.error[data-id="${id}"] .case-body`).isVisible());
  await page.keyboard.press('Escape');
}

async function pictures(page) {
  for (const [name, colorScheme, width] of [['light', 'light', 1360], ['dark', 'dark', 1360], ['narrow', 'light', 420]]) {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height: 1000 });
    // Only tables scroll sideways.
    const wider = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.equal(wider, 0, name);
    await page.screenshot({ path: join(folder, `${name}.png`) });
  }
}

// Without scripts there is a list.
async function withoutScripts() {
  const profile = await mkdtemp(join(tmpdir(), 'vouchsafe-report'));
  const plain = await chromium.launchPersistentContext(profile, { ...options, javaScriptEnabled: false });
  try {
    const page = await plain.newPage();
    const complaints = watch(page);
    await page.goto(address);
    const text = await page.locator('body').innerText();
    for (const { id } of report.cases) assert.ok(text.includes(id), id);
    assert.ok(text.includes('likely cause: ') && text.includes(`${report.totals.fail} failed`));
    assert.equal(await page.locator('img').count(), 0);
    assert.deepEqual(complaints, []);
  } finally {
    await plain.close();
    await rm(profile, { recursive: true, force: true });
  }
}
