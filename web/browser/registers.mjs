// The registers and settings of the console in a real Chromium: mail, people,
// tokens, exports, jobs and one's own account, each through its forms, with
// scripts and without. Called by TestBrowser, which plays what is around.
import assert from 'node:assert/strict';
import { ask, button, heading, look, lookAt, nothing, open, portal, run, says, settled, staff } from './lib.mjs';

const password = 'velvet otter sings quietly';

// ways is how each story is told: with scripts, looking at every page, and
// without.
const ways = [[true, look], [false, nothing]];
const both = (story) => async () => {
  for (const [javaScriptEnabled, see] of ways) await story({ javaScriptEnabled }, see);
};

// A mail becomes a request, goes into a case, and is dismissed.
async function mail(options, see) {
  const page = await staff('manager', options);
  const [one, two, three] = [await ask('/mail'), await ask('/mail'), await ask('/mail')];
  await page.goto(portal + '/console/mail');
  await see(page, 'mail waiting');
  await page.goto(portal + one);
  await says(page, 'Make a request of it');
  await see(page, 'mail one');
  const raw = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Download it as it came' }).click();
  assert.match((await raw).suggestedFilename(), /\.eml$/);
  await page.getByLabel('Type').selectOption('correction');
  await page.getByLabel('Country').fill('Atlantis');
  await button(page, 'Make a request').click();
  await says(page, 'There is a problem');
  await see(page, 'mail wrong');
  await page.getByLabel('Type').selectOption('deletion');
  await page.getByLabel('Country').fill('US');
  await page.getByLabel('Region').fill('CA');
  await page.getByLabel('Email address').fill('robin.canary@example.com');
  await button(page, 'Make a request').click();
  await says(page, 'Which data?'); // another type asks something else
  await see(page, 'mail of another type');
  await button(page, 'Make a request').dblclick();
  await page.waitForURL(/\/console\/requests\/HB-/);
  await settled(page);
  const reference = new URL(page.url()).pathname.split('/').pop();
  await see(page, 'case of a mail');
  await page.goto(portal + two);
  await page.getByLabel('Reference').fill(reference);
  await button(page, 'Put into the case').click();
  await page.waitForURL(new RegExp(reference));
  const its = page.waitForEvent('download');
  await page.getByRole('link', { name: 'The mail as it came' }).last().click();
  assert.equal((await its).suggestedFilename(), reference + '.eml');
  await page.goto(portal + two);
  await see(page, 'mail placed');
  await page.goto(portal + three);
  await button(page, 'Dismiss').click();
  await says(page, 'Say why.');
  await page.getByLabel('Why').selectOption('spam');
  const late = await staff('agent', options);
  await late.goto(portal + three);
  await late.getByLabel('Why').selectOption('spam');
  await button(page, 'Dismiss').click();
  await says(page, 'Nothing will be done with the mail.');
  await button(late, 'Dismiss').click();
  await says(late, 'Somebody else decided meanwhile');
  await see(late, 'mail decided by somebody else');
  for (const state of ['placed', 'dismissed']) {
    await page.goto(`${portal}/console/mail?state=${state}`);
    await see(page, 'mail ' + state);
  }
}

// A letter is typed in; many requests are given to somebody at once.
async function entry(options, see) {
  const page = await staff('agent', options);
  await page.goto(portal + '/console/requests/new?type=access');
  await page.getByLabel('Name of the person').fill('Robin Letter');
  await page.getByLabel('Reached you on').fill('2026-12-24');
  await button(page, 'File the request').last().click();
  await says(page, 'The day is in the future');
  await see(page, 'entry wrong');
  await page.getByLabel('Reached you on').fill('2026-11-10');
  await button(page, 'File the request').last().dblclick();
  await says(page, 'The request was filed');
  await settled(page);
  const reference = new URL(page.url()).pathname.split('/').pop();
  await see(page, 'entry filed');
  await page.goto(portal + '/console?view=open');
  const tick = page.getByRole('checkbox', { name: 'Tick ' + reference });
  await tick.waitFor();
  await button(page, 'Assign').click();
  await says(page, 'You selected no request');
  await see(page, 'bulk of nothing');
  await page.getByRole('link', { name: 'Back to the list' }).click();
  await tick.check();
  await button(page, 'Assign').click();
  await says(page, '1 of 1 done');
  await see(page, 'bulk');
}

// What was sent is read, and what came back says why.
async function outgoing(options, see) {
  const reference = await ask('/wish/access');
  const page = await staff('admin', options);
  const sent = await ask('/sent/' + reference);
  await page.goto(portal + '/console/outgoing?delivery=sent');
  await see(page, 'outgoing sent');
  await page.goto(portal + sent);
  await see(page, 'outgoing one');
  const raw = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Download the file' }).click();
  assert.equal((await raw).suggestedFilename(), 'mail.eml');
  await page.getByRole('link', { name: 'As a mail program draws it' }).click();
  await says(page, 'ABCD EFGH');
  await page.goto(portal + '/console/templates/reply/de');
  await page.getByRole('link', { name: 'As a mail program draws it' }).click();
  await says(page, 'Acme & Sons');
  await ask(`/delivery/${reference}/failed`);
  await page.goto(portal + '/console/outgoing?delivery=failed');
  await says(page, 'Recipient address rejected');
  await see(page, 'outgoing failed');
  await page.goto(`${portal}/console/requests/${reference}`);
  await see(page, 'case with a mail that failed');
}

// An administrator invites somebody, who is moved, locked out and let in again.
async function people(options, see) {
  const page = await staff('admin', options);
  await page.goto(portal + '/console/people');
  await button(page, 'Invite').click();
  await says(page, 'There is a problem');
  await see(page, 'people wrong');
  const name = `Alexandra Featherstonehaugh-Canary ${options.javaScriptEnabled}`;
  await page.getByLabel('Name').fill(name);
  await page.getByLabel('Email address').fill(`alexandra.featherstonehaugh.${options.javaScriptEnabled}@subsidiary.acme.example`);
  await button(page, 'Invite').dblclick();
  await says(page, 'The invitation is on its way.');
  await settled(page);
  await see(page, 'people invited');
  await page.getByRole('link', { name }).click();
  await heading(page, name);
  await see(page, 'person invited');
  await page.getByLabel('Show it to me, once').check();
  await button(page, 'Make a new link').click();
  await heading(page, 'Shown once');
  await see(page, 'link shown once');
  const link = (await page.locator('code.token').innerText()).replace(/^.*(?=\/console)/, '');
  const guest = await open(options);
  await guest.goto(portal + link);
  await guest.getByLabel('New password').fill('short');
  await button(guest, 'Continue').click();
  await says(guest, 'at least 15 characters');
  await see(guest, 'invitation wrong');
  await guest.getByLabel('New password').fill(password);
  await button(guest, 'Continue').click();
  await heading(guest, 'Set up your second factor');
  await guest.getByLabel('Enter the code').fill('000000');
  await button(guest, 'Continue').click();
  await says(guest, 'There is a problem');
  await see(guest, 'enrol wrong');
  await page.getByRole('link', { name: 'Back to' }).click();
  await heading(page, name);
  await page.getByRole('region', { name: 'Role' }).getByLabel('Role').selectOption('auditor');
  await button(page, 'Change the role').click();
  await says(page, 'The role is changed.');
  await button(page, 'End all sessions').click();
  await says(page, 'They are signed out everywhere.');
  await see(page, 'person');
  await button(page, 'Reset').click();
  await says(page, 'Their password is gone');
  await button(page, 'End their link').click();
  await says(page, 'The link has ended.');
  await button(page, 'Disable').click();
  await says(page, 'They are locked out');
  await see(page, 'person disabled');
  await button(page, 'Enable').click();
  await says(page, 'They may sign in again.');
  await page.goto(portal + '/console/people');
  await page.locator('tr', { hasText: '(you)' }).getByRole('link').click();
  await says(page, 'This is you.');
  await see(page, 'person oneself');
}

// A legal hold is set, reviewed and lifted.
async function legalHolds(options, see) {
  const page = await staff('manager', options);
  await page.goto(portal + '/console/legal-holds');
  await button(page, 'Set the legal hold').click();
  await says(page, 'Say why nothing may be erased.');
  await see(page, 'legal holds wrong');
  await page.getByLabel('Email addresses').fill(`held-${options.javaScriptEnabled}@example.com`);
  await page.getByLabel('Why').fill('Claim about invoice 4711.');
  await page.getByLabel('Review on').fill('2027-02-01');
  await button(page, 'Set the legal hold').click();
  await says(page, 'The legal hold stands.');
  await see(page, 'legal hold set');
  await page.getByLabel('Why it is kept').fill('The claim is pending.');
  await button(page, 'Keep until then').click();
  await says(page, 'Enter the day of the next review.');
  await see(page, 'legal hold wrong');
  await page.getByLabel('Next review on').fill('2027-06-01');
  await button(page, 'Keep until then').click();
  await says(page, 'The legal hold was reviewed.');
  await page.getByLabel('Why it is lifted').fill('The claim was settled.');
  await button(page, 'Lift the legal hold').click();
  await says(page, 'The legal hold is lifted.');
  await see(page, 'legal hold lifted');
}

// A system whose tasks a person does is added, changed, retired and used again.
async function systems(options, see) {
  const page = await staff('manager', options);
  await page.goto(portal + '/console/systems');
  await button(page, 'Add the system').click();
  await says(page, 'Choose what may be asked for there.');
  await see(page, 'systems wrong');
  await page.getByLabel('Short name').fill(`paper-${options.javaScriptEnabled}`);
  await page.getByLabel('Name', { exact: true }).fill(`Paper files ${options.javaScriptEnabled}`);
  await page.getByLabel('Owner').fill('archive@example.com');
  await page.getByLabel('find', { exact: true }).check();
  await page.getByLabel('Data categories', { exact: true }).fill('user.name\nuser.contact');
  await page.getByLabel('Of these data categories').fill('user.name');
  await page.getByLabel('Purpose').fill('Contracts');
  await page.getByLabel('Recipients').fill('Tax adviser');
  await page.getByLabel('Kept for').fill('Six years');
  await button(page, 'Add the system').click();
  await says(page, 'The system was added.');
  await see(page, 'system added');
  await page.getByLabel('Name', { exact: true }).fill('');
  await button(page, 'Save the changes').click();
  await says(page, 'Give it a name');
  await see(page, 'system wrong');
  await page.getByLabel('Name', { exact: true }).fill(`Paper archive ${options.javaScriptEnabled}`);
  await button(page, 'Save the changes').click();
  await says(page, 'The system was changed.');
  await button(page, 'Retire the system').click();
  await says(page, 'The system is retired.');
  await see(page, 'system retired');
  await button(page, 'Take it into use again').click();
  await says(page, 'The system is in use again.');
  await button(page, 'Retire the system').click();
  await says(page, 'The system is retired.');
  await page.goto(portal + '/console/systems');
  await see(page, 'systems listed');
}

async function tokens(options, see) {
  const page = await staff('admin', options);
  await page.goto(portal + '/console/tokens');
  await button(page, 'Make a token').click();
  await says(page, 'Enter a name.');
  await see(page, 'tokens wrong');
  const name = `The form on our own pages ${options.javaScriptEnabled}`;
  await page.getByLabel('Name').fill(name);
  await page.getByLabel('Role').selectOption('intake');
  // Without a script the answer that comes last is shown, and it has no secret.
  await button(page, 'Make a token')[options.javaScriptEnabled ? 'dblclick' : 'click']();
  await heading(page, 'Shown once');
  await see(page, 'token shown once');
  await page.getByRole('link', { name: 'Back to API tokens' }).click();
  await see(page, 'tokens made');
  assert.equal(await page.getByRole('rowheader', { name }).count(), 1, 'made twice');
  await page.getByRole('button', { name: `Revoke the token of ${name}` }).click();
  await says(page, 'The token opens nothing any more.');
  await see(page, 'tokens revoked');
  const owner = await staff('admin', options);
  await owner.goto(portal + '/console/people');
  await owner.getByRole('link', { name }).click();
  await see(owner, 'person of a token');
}

async function exports(options, see) {
  const page = await staff('auditor', options);
  await page.goto(portal + '/console/exports');
  await page.getByLabel('From').fill('2026-02-01');
  await page.getByLabel('To').fill('2026-01-01');
  await button(page, 'Go on').click();
  await says(page, 'The last day is before the first.');
  await see(page, 'exports wrong');
  await page.getByLabel('From').fill('');
  await page.getByLabel('To').fill('');
  await button(page, 'Go on').dblclick();
  await says(page, 'Not fetched');
  await settled(page);
  await see(page, 'export ready');
  const id = new URL(page.url()).pathname.split('/').pop();
  await ask(`/export/${id}/320`);
  // It would load itself again while it is looked at.
  const still = await staff('auditor', options);
  await still.addInitScript(() => {
    const wait = window.setTimeout;
    window.setTimeout = (act, ms) => (ms === 2000 ? 0 : wait(act, ms));
  });
  await still.goto(`${portal}/console/exports/${id}`);
  await says(still, 'Under way');
  await see(still, 'export under way');
  await ask('/sleep/3');
  await page.goto(`${portal}/console/exports/${id}`);
  await says(page, 'Broken off');
  await see(page, 'export broken off');
  const file = page.waitForEvent('download');
  await button(page, 'Download again').click();
  assert.equal((await file).suggestedFilename(), 'habeas-requests.csv');
  await (await file).path(); // all of it is here
  if (!options.javaScriptEnabled) await page.reload(); // with a script it looks again by itself
  await says(page, 'Complete');
  await see(page, 'export complete');
  await page.goto(portal + '/console/exports');
  await see(page, 'exports lately');
}

async function jobs(options, see) {
  const page = await staff('manager', options);
  await ask('/dead/remind');
  await page.goto(portal + '/console/jobs');
  await see(page, 'jobs dead');
  await page.goto(portal + '/console/health');
  await see(page, 'health that needs a look');
  await page.goto(portal + '/console/jobs');
  await page.getByRole('button', { name: 'Run again' }).first().click();
  await says(page, 'The job runs again.');
  await see(page, 'jobs again');
}

// One's own account: password, another app, new recovery codes, sessions.
async function account(options, see) {
  let key;
  const code = async (page) => {
    await ask('/sleep/1'); // a code is good once
    await page.getByLabel('Code').fill(await ask(`/totp/${key}`));
  };
  const enrol = async (page) => {
    await heading(page, 'Set up your second factor');
    await page.getByText('Or type the key into the app').click();
    key = (await page.locator('code.token').innerText()).replaceAll(' ', '');
    await page.getByLabel('Enter the code').fill(await ask(`/totp/${key}`));
    await button(page, 'Continue').click();
    await heading(page, 'Your recovery codes');
  };
  const name = `Grace${options.javaScriptEnabled}`;
  const page = await open(options);
  await page.goto(portal + (await ask('/invite/' + name)));
  await page.getByLabel('New password').fill(password);
  await button(page, 'Continue').click();
  await enrol(page);
  await page.goto(portal + '/console/account');
  await page.getByLabel('Current password').fill('wrong');
  await page.getByLabel('New password').fill('copper kettle drifts north');
  await button(page, 'Change password').click();
  await says(page, 'This is not your current password.');
  await see(page, 'account wrong');
  await page.getByLabel('Current password').fill(password);
  await page.getByLabel('New password').fill('copper kettle drifts north');
  await button(page, 'Change password').click();
  await says(page, 'Your password is changed');
  await button(page, 'Make new recovery codes').click();
  if (await page.getByRole('heading', { name: 'Confirm that it is you' }).isVisible()) await confirmed(page, code, 'copper kettle drifts north', see);
  await heading(page, 'Your recovery codes');
  await see(page, 'recovery codes anew');
  await ask('/sleep/20');
  await page.goto(portal + '/console/account');
  await button(page, 'Set up another app').click();
  await heading(page, 'Confirm that it is you');
  await page.getByLabel('Password').fill('wrong');
  await page.getByLabel('Code').fill('000000');
  await button(page, 'Continue').click();
  await says(page, 'There is a problem');
  await see(page, 'confirm wrong');
  await confirmed(page, code, 'copper kettle drifts north', see);
  await enrol(page);
  await page.goto(portal + '/console/account');
  await button(page, 'End all, this one too').click();
  await says(page, 'All your sessions are ended');
  await see(page, 'sign in after all was ended');
}

async function confirmed(page, code, password, see) {
  await page.getByLabel('Password').fill(password);
  await code(page);
  await button(page, 'Continue').click();
  if (await page.getByRole('heading', { name: 'You were about to send this' }).isVisible()) {
    await see(page, 'continue after confirming');
    await page.getByRole('main').getByRole('button').first().click();
  }
}

async function some() {
  await ask('/populate');
}

await run({
  'half a year of requests': some,
  'mail': both(mail),
  'a letter, and many at once': both(entry),
  'outgoing mail': both(outgoing),
  'people': both(people),
  'legal holds': both(legalHolds),
  'systems': both(systems),
  'tokens': both(tokens),
  'exports': both(exports),
  'jobs': both(jobs),
  'an account': both(account),
});
