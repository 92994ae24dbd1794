// The console in a real Chromium. Called by TestBrowser, which signs people in
// and plays the requesters.
import assert from 'node:assert/strict';
import { ask, button, look, lookAt, portal, run, staff } from './lib.mjs';

// Every page that is reached by its address alone: address, name, and the role
// of who looks.
const pages = [
  ['/console', 'worklist', 'agent'],
  ['/console?type=access&state=closed', 'worklist filtered', 'agent'],
  ['/console/requests/new', 'entry types', 'agent'],
  ['/console/requests/new?type=correction', 'entry', 'agent'],
  ['/console/nowhere', 'missing', 'agent'],
  ['/console/overview', 'overview', 'manager'],
  ['/console/overview?by=day', 'overview by day', 'manager'],
  ['/console/exports', 'exports', 'auditor'],
  ['/console/figures', 'figures of a year', 'auditor'],
  ['/console/law', 'law calendar', 'agent'],
  ['/console/settings', 'settings', 'admin'],
  ['/console/people', 'people', 'admin'],
  ['/console/tokens', 'tokens', 'admin'],
  ['/console/legal-holds', 'legal holds', 'auditor'],
  ['/console/systems', 'systems', 'auditor'],
  ['/console/policies', 'policies', 'agent'],
  ['/console/policies?type=access&country=US&region=CA&received=2026-11-20', 'a date explained', 'agent'],
  ['/console/templates', 'templates', 'manager'],
  ['/console/templates/code/de', 'template', 'manager'],
  ['/console/mail', 'mail', 'agent'],
  ['/console/outgoing', 'outgoing', 'manager'],
  ['/console/jobs', 'jobs', 'manager'],
  ['/console/health', 'health', 'manager'],
];

async function everyPage() {
  for (const [path, name, role] of pages) await lookAt(await staff(role), path, name);
}

// A day at the worklist without a mouse, and a case from its opening to its
// answer.
async function byKeyboard() {
  const references = [];
  for (const type of ['marketing_opt_out', 'correction', 'access']) references.push(await ask(`/wish/${type}`));
  const page = await staff('agent');
  await lookAt(page, '/console?view=open', 'worklist with requests');
  await page.reload();
  await page.keyboard.press('j');
  await page.keyboard.press('j');
  await page.keyboard.press('k');
  await page.keyboard.press('x');
  assert.equal(await page.locator('tbody input:checked').count(), 1);
  assert.equal(await page.locator('tr.at input:checked').count(), 1);
  await page.keyboard.press('a');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'to');
  await page.keyboard.press('Escape');
  await page.keyboard.press('?');
  await look(page, 'keys');
  await page.keyboard.press('j'); // a dialog is open: nothing behind it moves
  await page.keyboard.press('Escape');
  await page.keyboard.press('/');
  await page.keyboard.type('jx?');
  assert.equal(await page.inputValue('#q'), 'jx?');
  await page.fill('#q', references[1]);
  await page.keyboard.press('Enter');
  await page.waitForURL(`${portal}/console/requests/${references[1]}`);
  await look(page, 'case unverified');
  await ask(`/do/${references[1]}/verify`);
  await ask(`/do/${references[1]}/start`);
  await page.reload();
  await page.keyboard.press('r');
  await page.keyboard.type('We are on it.');
  await button(page, 'Send the message').click();
  await page.getByText('The message is on its way.').waitFor();
  await page.keyboard.press('d');
  await page.keyboard.type('One of the two.');
  await page.selectOption('[name="item.1.outcome"]', 'fulfilled');
  await page.selectOption('[name="item.2.outcome"]', 'fulfilled');
  await button(page, 'Preview the answer').click();
  await page.getByText('Nothing has been done yet').waitFor();
  await look(page, 'case preview');
  await page.getByRole('region', { name: 'Preview' }).getByRole('button').click();
  await page.getByText('The decision was recorded.').waitFor();
  await look(page, 'case decided');
  await page.keyboard.press('u');
  await page.waitForURL(`${portal}/console`);
  await lookAt(await staff('auditor'), `/console/requests/${references[1]}`, 'case for an auditor');
}

await run({
  'by keyboard': byKeyboard,
  'every page': everyPage,
});
