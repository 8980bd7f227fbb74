// Opens Swagger UI in a real browser, authorises, and tries operations of both planes out, as a newcomer does.
//
// node docs.mjs URL BOOTSTRAP_JSON SCREENSHOT
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const [url, bootstrap, screenshot] = process.argv.slice(2);
const { adminUser, adminPassword, clientId, clientSecret } = JSON.parse(await readFile(bootstrap, 'utf8'));
const BASIC = '/api/v1/basic-credentials';
const ALERTING = '/api/configuration/alerting';
const TRAFFIC_ALERTS = '/api/configuration/alerting/traffic_alerts';

// Nothing but the page's own requests may leave the browser.
const args = [
  '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync',
];
const userData = await mkdtemp(join(tmpdir(), 'vouchsafe-browser'));
const browser = await chromium.launchPersistentContext(userData, {
  executablePath: '/usr/bin/chromium',
  args,
  viewport: { width: 1280, height: 1400 },
});
try {
  await run(await browser.newPage());
} finally {
  await browser.close();
  await rm(userData, { recursive: true, force: true });
}

async function run(page) {
  const complaints = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('request', (request) => {
    const { protocol, origin } = new URL(request.url());
    if (protocol !== 'data:' && origin !== new URL(url).origin) complaints.push(`a request to ${request.url()}`);
  });
  page.setDefaultTimeout(30_000);

  await page.goto(`${url}/docs`);
  await page.locator('.opblock').first().waitFor();
  const api = await (await fetch(`${url}/openapi.json`)).json();
  const tags = await page.locator('.opblock-tag').evaluateAll((all) => all.map((tag) => tag.dataset.tag));
  assert.deepEqual(tags, api.tags.map(({ name }) => name));

  await tenantPlane(page);
  await adminPlane(page, api);

  const kept = await page.evaluate(() => JSON.stringify([localStorage, sessionStorage, document.cookie]));
  for (const secret of [clientSecret, adminPassword, 'session_id']) {
    assert.ok(!kept.includes(secret), 'a script could read a secret');
  }
  await page.screenshot({ path: screenshot });
  assert.deepEqual(complaints, []);
}

async function tenantPlane(page) {
  // A token for every scope, from the address that the document names.
  await authorise(page, 'OAuth2', async (scheme) => {
    await scheme.locator('#client_id_clientCredentials').fill(clientId);
    await scheme.locator('#client_secret_clientCredentials').fill(clientSecret);
    await scheme.getByText('select all', { exact: true }).click();
    const answer = page.waitForResponse(`${url}/oauth2/token`);
    await scheme.locator('.authorize').click();
    assert.equal((await answer).status(), 200);
  });

  const list = await tryOut(page, 'get', BASIC);
  assert.equal(list.status, '200');
  assert.deepEqual(list.json, []);

  const created = await tryOut(page, 'post', BASIC, 'Specific credentials');
  assert.equal(created.status, '201');
  const shown = created.json;
  assert.deepEqual(Object.keys(shown).sort(), ['createdDate', 'id', 'password', 'state', 'updatedDate', 'username']);
  assert.equal(shown.username, 'UserA');

  const again = await tryOut(page, 'get', BASIC);
  assert.deepEqual(again.json.map(({ id }) => id), [shown.id]);
}

async function adminPlane(page, api) {
  await authorise(page, 'Basic', async (scheme) => {
    await scheme.getByLabel('Username').fill(adminUser);
    await scheme.getByLabel('Password').fill(adminPassword);
    await scheme.locator('.authorize').click();
  });
  assert.equal((await tryOut(page, 'get', '/api/authentication')).status, '200');
  const [cookie, ...others] = await page.context().cookies();
  const { name, httpOnly, sameSite } = cookie;
  assert.deepEqual({ name, httpOnly, sameSite }, { name: 'session_id', httpOnly: true, sameSite: 'Strict' });
  assert.deepEqual(others, []);

  const alerting = await tryOut(page, 'get', ALERTING);
  assert.deepEqual(alerting.json, documented(api, api.paths[ALERTING].get.responses['200']));

  const wanted = documented(api, api.paths[TRAFFIC_ALERTS].put.requestBody);
  assert.equal((await tryOut(page, 'put', TRAFFIC_ALERTS)).status, '201');
  assert.equal((await tryOut(page, 'put', '/api/transaction')).status, '201');
  const committed = await tryOut(page, 'get', TRAFFIC_ALERTS);
  assert.deepEqual(committed.json.body, wanted);
  // Nothing is open any more.
  assert.equal(committed.json.meta.remaining_seconds, undefined);
}

// The first example of a body.
function documented(api, { content }) {
  const [example] = Object.values(content['application/json'].examples);
  const at = (example.$ref ?? '').split('/').slice(1);
  return at.reduce((part, name) => part[name], at.length ? api : example).value;
}

// Enters what a security scheme needs, in the dialog where its name heads it.
async function authorise(page, name, enter) {
  await page.locator('.auth-wrapper > .authorize').click();
  const scheme = page.locator('.modal-ux .auth-container', { has: page.locator('h4', { hasText: name }) });
  await enter(scheme);
  await scheme.getByRole('button', { name: 'Remove authorization' }).waitFor();
  await page.locator('.modal-ux .btn-done').first().click();
}

// Opens an operation, chooses an example if one is named, executes it, and reads what is shown. The one before is closed: a
// page with much on it is slow.
async function tryOut(page, method, path, example) {
  const before = page.locator('.opblock.is-open .opblock-summary-control');
  if (await before.isVisible()) await before.click();
  const operation = page.locator(`.opblock-${method}`, { has: page.locator(`[data-path="${path}"]`) });
  await operation.locator('.opblock-summary-control').click();
  const execute = operation.getByRole('button', { name: 'Execute' });
  await execute.waitFor();
  if (example) {
    await operation.locator('.examples-select select').first().selectOption({ label: example });
  }
  const shown = operation.locator('.live-responses-table .response').first();
  if (await shown.isVisible()) {
    await operation.getByRole('button', { name: 'Clear' }).click();
    await shown.waitFor({ state: 'detached' });
  }
  await execute.click();
  await shown.locator('.response-col_status').waitFor();
  await operation.locator('.loading-container').waitFor({ state: 'hidden' });
  const status = (await shown.locator('.response-col_status').innerText()).trim();
  const json = JSON.parse(await shown.locator('.response-col_description .highlight-code code').first().innerText());
  return { status, json };
}
