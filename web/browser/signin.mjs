// Signing in to the console in a real Chromium. Called by TestBrowser, which
// plays the authenticator app.
import assert from 'node:assert/strict';
import { ask, button, heading, look, lookAt, open, portal, run, staff } from './lib.mjs';

const password = 'velvet otter sings quietly';
let key;

const code = () => ask(`/totp/${key}`);

async function enrol(page, name) {
  await heading(page, 'Set up your second factor');
  await page.getByText('Or type the key into the app').click();
  key = (await page.locator('code.token').innerText()).replaceAll(' ', '');
  if (name) await look(page, name);
  await page.getByLabel('Enter the code').fill(await code());
  await button(page, 'Continue').click();
  await heading(page, 'Your recovery codes');
}

async function signIn(page, email, looking) {
  if (looking) await look(page, 'sign in');
  await page.getByLabel('Email address').fill(email);
  await page.getByLabel('Password').fill(password);
  await button(page, 'Sign in').click();
  await heading(page, 'Second factor');
  if (looking) await look(page, 'second factor');
  await page.getByLabel('Code').fill(await code());
  await button(page, 'Continue').click();
}

// The first administrator: from the link to the account and out again.
async function first() {
  const page = await open();
  await page.goto(`${portal}/setup/${process.env.HABEAS_SETUP}`);
  await page.getByLabel('Name').fill('Grace Hopper');
  await page.getByLabel('Email').fill('grace@acme.example');
  await page.getByLabel('Password').fill('too short');
  await button(page, 'Set up').click();
  await page.getByText('at least 15 characters').first().waitFor();
  await look(page, 'setup refused');
  await page.getByLabel('Password').fill(password);
  await button(page, 'Set up').click();
  await enrol(page, 'enrol');
  await look(page, 'recovery codes');
  assert.equal(await page.locator('.secrets li').count(), 10);
  await page.getByText('I have kept them').click();
  await heading(page, 'To do').catch(() => {});
  await lookAt(page, '/console/account', 'account');
  await button(page, 'Sign out').click();
  await page.getByText('You are signed out.').waitFor();
  await signIn(page, 'grace@acme.example', true);
  await page.waitForURL(`${portal}/console`);
  await ask('/sleep/6');
  await page.goto(`${portal}/console/account`);
  await button(page, 'Set up another app').click();
  await heading(page, 'Confirm that it is you');
  await look(page, 'confirm');
}

// note types a note into the case that a tab shows.
async function note(tab, words) {
  const form = tab.locator('form[action$="/note"]');
  await form.evaluate((f) => f.closest('details')?.setAttribute('open', ''));
  await form.locator('textarea').fill(words);
  await form.getByRole('button').click();
  await tab.getByText('nothing is lost').waitFor();
}

// What was typed outlives the session, in each tab, with and without a script.
async function expired() {
  for (const javaScriptEnabled of [true, false]) {
    const page = await open({ javaScriptEnabled });
    await page.goto(portal + (await ask(`/invite/Ada${javaScriptEnabled}`)));
    if (javaScriptEnabled) await look(page, 'invitation');
    await page.getByLabel('New password').fill(password);
    await button(page, 'Continue').click();
    await enrol(page);
    const reference = await ask('/wish/access');
    const tab = await page.context().newPage();
    for (const p of [page, tab]) await p.goto(`${portal}/console/requests/${reference}`);
    await ask('/sleep/31');
    await note(page, 'I typed for an hour.');
    await note(tab, 'And for another one.');
    if (javaScriptEnabled) await look(page, 'session ended');
    await signIn(page, `ada${javaScriptEnabled}@acme.example`);
    await heading(page, 'You were about to send this');
    if (javaScriptEnabled) await look(page, 'send again');
    await button(page, 'Send it again').click();
    await page.getByText('I typed for an hour.').first().waitFor();
    assert.equal(new URL(page.url()).pathname, `/console/requests/${reference}`);
    assert.equal(await page.getByText('And for another one.').count(), 0);
  }
}

async function refused() {
  const page = await open();
  await page.goto(`${portal}/console/sign-in`);
  for (let i = 0; i < 6; i++) {
    await page.getByLabel('Email address').fill('nobody@acme.example');
    await page.getByLabel('Password').fill('wrong');
    await button(page, 'Sign in').click();
    await page.getByText('There is a problem').waitFor();
  }
  await page.getByText('No account is locked').waitFor();
  await look(page, 'sign in slowed down');
  await lookAt(page, '/console/invitation/nonsense', 'invitation used');
  await lookAt(await staff('auditor'), '/console/people', 'not for your role');
}

await run({ 'first administrator': first, 'an expired session': expired, 'refused': refused });
