// What the scripts of the pages do and leave alone. Called by TestBrowser.
import assert from 'node:assert/strict';
import { ask, button, portal, run, staff } from './lib.mjs';

// Closing the help sends nothing, and the next form goes at once; a form sent
// twice goes once.
async function theNextFormGoes() {
  const reference = await ask('/wish/access');
  const page = await staff('agent');
  await page.goto(`${portal}/console`);
  await page.keyboard.press('?');
  await page.locator('#keys').getByRole('button', { name: 'Close' }).click();
  await page.fill('#q', reference);
  await page.keyboard.press('Enter');
  await page.waitForURL(`${portal}/console/requests/${reference}`);
  let sent = 0;
  page.on('request', (r) => { sent += r.method() === 'POST'; });
  await page.keyboard.press('i');
  await page.keyboard.type('A note.');
  await button(page, 'Add the note').dblclick();
  await page.getByText('The note was added.').waitFor();
  assert.equal(sent, 1);
}

// Somebody who may open nothing has nothing to walk through, and no error.
async function nothingToOpen() {
  await ask('/held');
  const page = await staff('auditor');
  await page.goto(`${portal}/console/mail`);
  for (const key of ['j', 'k', 'x']) await page.keyboard.press(key);
  assert.equal(await page.locator('[data-row]').count(), 0);
}

// Keys that were turned off in a browser stay off behind a sign-out.
async function offStaysOff() {
  const page = await staff('agent');
  await page.goto(`${portal}/console`);
  await page.keyboard.press('?');
  await page.check('#keys-off');
  await page.getByText('start work').waitFor();
  await page.locator('#keys').getByRole('button', { name: 'Close' }).click();
  await page.goto(`${portal}/console/account`);
  await button(page, 'Sign out').click();
  await page.getByText('You are signed out.').waitFor();
  assert.equal(await page.evaluate(() => localStorage.getItem('habeas-keys-off')), '1');
}

await run({
  'the next form goes': theNextFormGoes,
  'nothing to open': nothingToOpen,
  'off stays off': offStaysOff,
});
