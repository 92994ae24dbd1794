// The work on a case in a real Chromium: every act of its page, the tasks of its
// systems and the access package, with scripts and without. Called by
// TestBrowser, which plays the requesters and the systems.
import assert from 'node:assert/strict';
import { ask, button, heading, look, lookAt, nothing, open as visit, portal, run, says, staff } from './lib.mjs';

// ways is how each story is told: with scripts, looking at every page, and
// without.
const both = (story) => async () => {
  for (const [javaScriptEnabled, see] of [[true, look], [false, nothing]]) await story({ javaScriptEnabled }, see);
};

const open = (page, reference) => page.goto(`${portal}/console/requests/${reference}`);

// act opens the form of an act, and returns it.
async function act(page, name) {
  const form = page.locator(`#act-${name}`);
  if (!await form.evaluate((details) => details.open)) await form.locator('> summary').click();
  return form;
}

// send presses a button and waits for what the page says then.
async function send(page, scope, name, text) {
  await scope.getByRole('button', { name }).first().click();
  await says(page, text);
}

// A request is given to somebody, asked about, taken off hold and extended.
async function underway(options, see) {
  const reference = await ask('/wish/access');
  const page = await staff('agent', options);
  await open(page, reference);
  await send(page, await act(page, 'assign'), 'Assign', 'The request has a new owner.');
  for (const step of ['verify', 'start']) await ask(`/do/${reference}/${step}`);
  await open(page, reference);
  let form = await act(page, 'ask');
  await send(page, form, 'Send the question', 'There is a problem');
  await see(page, 'case asked nothing');
  form = await act(page, 'ask');
  await form.getByLabel('Your question').fill('Which of the two addresses is yours?');
  await send(page, form, 'Send the question', 'the request waits for the answer');
  await see(page, 'case on hold');
  await send(page, page, 'Take off hold', 'The request is off hold.');
  form = await act(page, 'extend');
  await form.getByLabel('Why more time is needed').fill('One of the records lies in an archive.');
  await send(page, form, /^Extend to/, 'The date was extended');
  await see(page, 'case extended');
}

// A decision goes back to who proposed it.
async function returned(options, see) {
  const reference = await ask('/wish/deletion');
  for (const step of ['verify', 'start', 'propose']) await ask(`/do/${reference}/${step}`);
  const page = await staff('manager', options);
  await open(page, reference);
  await see(page, 'case to approve');
  let form = await act(page, 'return');
  await send(page, form, 'Send it back', 'Write what is to be done otherwise.');
  form = await act(page, 'return');
  await form.getByLabel('What is to be done otherwise').fill('Name the backups.');
  await send(page, form, 'Send it back', 'The decision went back');
  await see(page, 'case sent back');
}

// What is spam is closed, and taken up again when it was none.
async function reopened(options, see) {
  const page = await staff('manager', options);
  await open(page, await ask('/wish/access'));
  await send(page, await act(page, 'mark-spam'), 'Close as spam', 'Nobody was told.');
  await see(page, 'case closed as spam');
  const form = await act(page, 'reopen');
  await form.getByLabel('Why: only staff read it').fill('The person called.');
  await send(page, form, 'Take it up again', 'The request was taken up again.');
  await see(page, 'case reopened');
}

// Of two requests that are the same, one goes on.
async function merged(options, see) {
  await ask('/wish/restriction');
  const page = await staff('agent', options);
  await open(page, await ask('/wish/restriction'));
  const form = await act(page, 'merge');
  await see(page, 'case merging');
  await send(page, form, 'Merge', 'The request was closed as a duplicate.');
  await see(page, 'case merged');
}

// A request gets another type, which asks something else.
async function classified(options, see) {
  const page = await staff('agent', options);
  await open(page, await ask('/unsorted'));
  let form = await act(page, 'classify');
  await form.getByLabel('What it asks for', { exact: true }).selectOption('disclosure_1798_83');
  await form.getByRole('button', { name: 'Change the type' }).click();
  await page.locator('#act-classify').getByText('Calendar year').first().waitFor();
  await see(page, 'case of another type');
  form = await act(page, 'classify');
  await form.locator('button:not(.hidden)').filter({ hasText: 'Set it' }).click();
  await says(page, 'the dates were reckoned anew');
  await see(page, 'case classified');
}

// Staff say what a mail asks for and whom it is from, and put it where it
// belongs.
async function mailed(options, see) {
  const page = await staff('agent', options);
  const known = await ask('/wish/access');
  const reference = await ask('/unsorted');
  await open(page, reference);
  await says(page, 'What the mail may ask for');
  await see(page, 'case unsorted');
  await send(page, page, /^It asks for this/, 'The right was confirmed.');
  await see(page, 'case sorted');
  let form = await act(page, 'requester');
  await form.getByLabel('Their email address').fill('nobody');
  await send(page, form, 'Say who it is from', 'There is a problem');
  await see(page, 'case of nobody');
  form = await act(page, 'requester');
  await form.getByLabel('Their email address').fill(`kim.${reference.toLowerCase()}@example.com`);
  await send(page, form, 'Say who it is from', 'is recorded as that person');
  await see(page, 'case of somebody else');
  await open(page, await ask('/unsorted'));
  form = await act(page, 'move');
  await form.getByLabel('Reference of the case').fill(known);
  await send(page, form, 'Move a mail to another case', 'The mail was moved.');
  await see(page, 'case whose mail was moved');
}

// A file is added, and deleted for good.
async function deleted(options, see) {
  const page = await staff('manager', options);
  await open(page, await ask('/wish/access'));
  await page.getByLabel('Add a file').setInputFiles({ name: 'wrong.txt', mimeType: 'text/plain', buffer: Buffer.from('of somebody else') });
  await button(page, 'Add the file').click();
  await says(page, 'The file was added.');
  let form = await act(page, 'delete-file');
  await send(page, form, 'Delete the file', 'There is a problem');
  await see(page, 'case with a file not deleted');
  form = await act(page, 'delete-file');
  await form.getByLabel('Which file').selectOption({ index: 0 });
  await form.getByLabel('Delete it for good').check();
  await send(page, form, 'Delete the file', 'The file was deleted.');
  await see(page, 'case without its file');
}

// A person looks into a system, which is given to somebody else first.
async function byHand(options, see) {
  await ask('/paper');
  const reference = await ask('/wish/access');
  await ask(`/do/${reference}/verify`);
  const page = await staff('agent', options);
  await open(page, reference);
  await says(page, 'Paper files: find');
  await see(page, 'case with a task');
  const within = async (summary) => {
    const details = page.locator('section[aria-labelledby=tasks] details.act').filter({ hasText: summary }).first();
    if (!await details.evaluate((d) => d.open)) await details.locator('> summary').click();
    return details;
  };
  let form = await within('Give to another owner');
  await form.getByLabel('Mail address of the owner').fill('cellar@example.com');
  await send(page, form, 'Give it to them', 'The task has another owner.');
  form = await within('Say that it is done');
  await send(page, form, 'Record it', 'Choose how it ended');
  await see(page, 'task without an outcome');
  form = await within('Say that it is done');
  await form.getByLabel('Completed', { exact: true }).check();
  await form.getByLabel('What was done').fill('Shredded, both folders.');
  await send(page, form, 'Record it', 'What was done is recorded.');
  form = await within('Add a task');
  await send(page, form, 'Add the task', 'Choose a system');
  await see(page, 'task of no system');
  form = await within('Add a task');
  await form.getByLabel('System').selectOption('paper');
  await form.getByLabel('What is to be done').selectOption('find');
  await send(page, form, 'Add the task', 'The task was added.');
  await see(page, 'case with tasks');
  await page.goto(portal + '/console/tasks');
  await see(page, 'tasks');
  await page.goto(portal + '/console/tasks?state=failed&owner=none');
  await see(page, 'no tasks');
}

// A system is asked, and asked again; what it found and what it would change is
// read and approved.
async function byConnector(options, see) {
  const reference = await ask('/wish/deletion');
  await ask(`/do/${reference}/verify`);
  const page = await staff('agent', options);
  for (const [state, name, text] of [['open', /^Show what would change/, 'The system is asked.'], ['failed', /^Retry/, 'The system is asked again.']]) {
    const id = await ask(`/shop/${reference}/${state}`);
    await open(page, reference);
    await see(page, `case with a task ${state}`);
    await send(page, page.locator(`#t-${id}`), name, text);
  }
  await page.goto(`${portal}/console/tasks/${await ask(`/shop/${reference}/found`)}/findings`);
  await says(page, 'person 17');
  await see(page, 'findings');
  await page.goto(`${portal}/console/tasks/${await ask(`/shop/${reference}/preview`)}/preview`);
  await see(page, 'preview');
  await send(page, page, 'Approve the preview', 'The preview was approved');
  await see(page, 'case with a preview approved');
}

// What would go out is read, words about somebody else are blacked out, and the
// package is made.
async function packed(options, see) {
  const reference = await ask('/wish/access');
  await ask(`/do/${reference}/verify`);
  await ask(`/shop/${reference}/found`);
  const page = await staff('agent', options);
  await page.goto(`${portal}/console/requests/${reference}/package`);
  await says(page, 'person 17');
  await see(page, 'package');
  const words = page.getByLabel('Words about other people');
  await words.fill('Nobody');
  await send(page, page, 'Make the package', 'is in none of the records');
  await see(page, 'package wrong');
  await words.fill('Canary Lane');
  await button(page, 'Make the package').click();
  await page.waitForURL(new RegExp(`/console/requests/${reference}(#.*|\\?.*)?$`));
  await see(page, 'case with a package');
  await fetched(options, see, reference);
}

// The package goes out: its requester is asked for a fresh code, and staff issue it
// again and void it.
async function fetched(options, see, reference) {
  await ask('/released/' + reference);
  const own = await visit(options);
  await renewed(own, reference);
  await says(own, 'Downloads left:');
  await see(own, 'own package');
  const [copy] = await Promise.all([own.waitForEvent('download'), own.getByRole('link', { name: 'Download your data' }).click()]);
  assert.match(await copy.path(), /./);
  await ask('/sleep/20'); // minutes: the code is no longer fresh
  await own.getByRole('link', { name: 'Download your data' }).click();
  await own.getByLabel('Code', { exact: true }).waitFor();
  await see(own, 'own package asks for a code');
  const page = await staff('manager', options);
  for (const [press, said] of [['Issue it again', 'The requester can fetch the package again'], ['Void it for good', 'The package is void.']]) {
    await page.goto(`${portal}/console/requests/${reference}/package`);
    await says(page, 'The package that went out');
    await see(page, 'package out');
    await send(page, page, press, said);
  }
  await page.goto(`${portal}/console/requests/${reference}/package`);
  await says(page, 'It is void.');
  await see(page, 'package void');
  await renewed(own, reference);
  await says(own, 'The copy of your data is no longer available.');
  await see(own, 'own package ended');
}

// renewed opens a request with a new code.
async function renewed(page, reference) {
  await page.goto(`${portal}/requests/${reference}`);
  await button(page, 'Email me a new code').click();
  await says(page, 'a new code is on its way');
  await enter(page, reference);
}

// asked is a request to erase that somebody files in the portal; it returns the
// reference and the page of who filed it.
async function asked(options) {
  const page = await visit(options);
  await page.goto(portal + '/requests/new/deletion');
  await page.getByLabel('Your name').first().fill('Robin Vale');
  await page.getByLabel('Your email address').first().fill('robin.vale@example.com');
  await button(page, 'Continue').click();
  await button(page, 'Send the request').click();
  await heading(page, 'Your request has been sent');
  const reference = (await page.locator('.done .reference').innerText()).trim();
  await enter(page, reference);
  for (const step of ['verify', 'start']) await ask(`/do/${reference}/${step}`);
  return [reference, page];
}

// enter opens a request with the code that was mailed last.
async function enter(page, reference) {
  await page.goto(`${portal}/requests/${reference}`);
  await page.getByLabel('Code', { exact: true }).fill(await ask('/code/' + reference));
  await button(page, 'Open my request').click();
  await page.getByRole('heading', { level: 1 }).waitFor();
}

// An erasure from its confirmation to its certificate.
async function erased(options, see) {
  await ask('/paper');
  const [reference, own] = await asked(options);
  await own.goto(`${portal}/requests/${reference}`);
  await see(own, 'erasure to confirm');
  await own.getByRole('link', { name: 'Confirm the erasure' }).click();
  await heading(own, 'Erase your data for good?');
  await see(own, 'erasure confirm');
  await button(own, 'Yes, erase my data').click();
  await says(own, 'You can still change your mind');
  await see(own, 'erasure confirmed');
  await ask(`/shop/${reference}/preview`);
  const address = `${portal}/console/requests/${reference}/erasure`;
  const early = await staff('manager', options);
  await early.goto(address);
  await says(early, 'may still withdraw');
  await see(early, 'erasure cooling off');
  await ask('/cooled/' + reference);
  const page = await staff('manager', options);
  await page.goto(address);
  await see(page, 'erasure to approve');
  await button(page, 'Approve all previews').click();
  await says(page, 'Being carried out');
  await ask('/erased/' + reference);
  await page.goto(address);
  await see(page, 'erasure done');
  await page.getByRole('link', { name: 'Read the certificate' }).click();
  await says(page, 'SHA-256');
  await see(page, 'certificate for staff');
  const text = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Keep it as text' }).click();
  assert.match((await text).suggestedFilename(), /\.txt$/);
  await ask(`/do/${reference}/answer`);
  await own.context().clearCookies();
  await own.goto(`${portal}/requests/${reference}`);
  await button(own, 'Email me a new code').click();
  await says(own, 'a new code is on its way');
  await enter(own, reference);
  await own.getByRole('link', { name: 'Read the certificate' }).click();
  await heading(own, 'Certificate of erasure');
  await see(own, 'certificate');
  for (const kind of ['txt', 'json']) {
    const file = own.waitForEvent('download');
    await own.locator(`a[href*="certificate.${kind}"]`).click();
    assert.ok((await file).suggestedFilename().endsWith(kind));
  }
  await ask('/connect');
  const later = await staff('manager', options);
  await later.goto(address);
  await button(later, 'Ask the systems again').click();
  await later.waitForLoadState('load');
  await see(later, 'erasure looked into again');
}

// Staff record a confirmation that came another way, and have all previews made.
async function confirmedByStaff(options, see) {
  await ask('/paper');
  const [reference] = await asked(options);
  await ask(`/shop/${reference}/open`);
  const page = await staff('agent', options);
  await page.goto(`${portal}/console/requests/${reference}/erasure`);
  await page.getByText('They confirmed it in another way').click();
  await button(page, 'Record the confirmation').click();
  await says(page, 'Say how they confirmed it.');
  await see(page, 'erasure confirmed how');
  await page.getByLabel('How they confirmed it').fill('On the telephone, called back.');
  await button(page, 'Record the confirmation').click();
  await says(page, 'Staff recorded that the requester confirmed');
  await button(page, 'Show what all systems would erase').click();
  await page.waitForLoadState('load');
  await see(page, 'erasure shown');
}

// Two pages that lead elsewhere: one asks who it is, the other is a file.
async function doors() {
  const page = await staff('admin');
  await ask('/sleep/10'); // somebody who was asked just now is not asked again
  await lookAt(page, '/console/confirm?next=/console/people', 'confirm');
  await page.goto(portal + '/console/figures');
  const file = page.waitForEvent('download');
  await page.getByRole('link', { name: 'As a CSV file' }).click();
  assert.match((await file).suggestedFilename(), /\.csv$/);
}

await run({
  underway: both(underway), returned: both(returned), reopened: both(reopened), merged: both(merged), classified: both(classified),
  mailed: both(mailed), 'a file is deleted': both(deleted), packed: both(packed),
  'tasks of a connector': both(byConnector), 'tasks by hand': both(byHand),
  erased: both(erased), 'confirmed by staff': both(confirmedByStaff), doors,
});
