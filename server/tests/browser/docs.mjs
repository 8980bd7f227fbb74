// Opens Swagger UI in a real browser, authorises, and tries operations out, as a newcomer does.
//
// node docs.mjs URL CLIENT_ID CLIENT_SECRET SCREENSHOT
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const [url, clientId, clientSecret, screenshot] = process.argv.slice(2);
const BASIC = '/api/v1/basic-credentials';

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
  await authorise(page);

  const list = await tryOut(page, 'get', BASIC);
  assert.equal(list.status, '200');
  assert.deepEqual(JSON.parse(list.body), []);

  const created = await tryOut(page, 'post', BASIC, 'Specific credentials');
  assert.equal(created.status, '201');
  const shown = JSON.parse(created.body);
  assert.deepEqual(Object.keys(shown).sort(), ['createdDate', 'id', 'password', 'state', 'updatedDate', 'username']);
  assert.equal(shown.username, 'UserA');

  const again = await tryOut(page, 'get', BASIC);
  assert.deepEqual(JSON.parse(again.body).map(({ id }) => id), [shown.id]);

  const kept = await page.evaluate(() => JSON.stringify([localStorage, sessionStorage, document.cookie]));
  assert.ok(!kept.includes(clientSecret), 'the browser keeps the secret');
  await page.screenshot({ path: screenshot, fullPage: true });
  assert.deepEqual(complaints, []);
}

// Gets a token for every scope, from the address that the document names.
async function authorise(page) {
  await page.locator('.btn.authorize').click();
  const dialog = page.locator('.modal-ux');
  await dialog.locator('#client_id_clientCredentials').fill(clientId);
  await dialog.locator('#client_secret_clientCredentials').fill(clientSecret);
  await dialog.getByText('select all', { exact: true }).click();
  const [answer] = await Promise.all([
    page.waitForResponse(`${url}/oauth2/token`),
    dialog.locator('.auth-btn-wrapper .authorize').click(),
  ]);
  assert.equal(answer.status(), 200);
  await dialog.getByRole('button', { name: 'Remove authorization' }).waitFor();
  await dialog.locator('.btn-done').click();
}

// Opens an operation, chooses an example if one is named, executes it, and reads what is shown.
async function tryOut(page, method, path, example) {
  const operation = page.locator(`.opblock-${method}`, { has: page.locator(`[data-path="${path}"]`) });
  if (!(await operation.locator('.opblock-body').isVisible())) {
    await operation.locator('.opblock-summary-control').click();
  }
  if (example) {
    await operation.locator('.examples-select select').first().selectOption({ label: example });
  }
  const shown = operation.locator('.live-responses-table .response').first();
  if (await shown.isVisible()) {
    await operation.getByRole('button', { name: 'Clear' }).click();
    await shown.waitFor({ state: 'detached' });
  }
  await operation.getByRole('button', { name: 'Execute' }).click();
  await shown.locator('.response-col_status').waitFor();
  await operation.locator('.loading-container').waitFor({ state: 'hidden' });
  return {
    status: (await shown.locator('.response-col_status').innerText()).trim(),
    body: await shown.locator('.response-col_description .highlight-code code').first().innerText(),
  };
}
