// The portal in a real Chromium: a whole life with scripts and without, every
// page in both colour schemes and at several widths, and what a reader does
// that no form expects. Called by TestBrowser, which plays staff and mailbox.
import assert from 'node:assert/strict';
import { ask, button, heading, look, lookAt, lost, nothing, open, portal, run, says, settled } from './lib.mjs';

// life goes from the start page to the decision on an appeal.
async function life(page, see) {
  await page.goto(portal + '/');
  await see(page, 'start');
  await page.getByLabel('Country').selectOption('US');
  await page.getByLabel('State or province').selectOption('CA');
  await button(page, 'Show my rights').click();
  await page.getByText('California, United States').waitFor();
  await see(page, 'start-california');
  await page.getByRole('link', { name: 'Correct my data' }).click();
  await heading(page, 'Correct my data');
  await see(page, 'form');
  await button(page, 'Continue').click();
  await page.getByRole('heading', { name: 'There is a problem' }).waitFor();
  await see(page, 'form-wrong');
  await page.getByLabel('What is wrong?', { exact: true }).first().selectOption('company');
  await page.getByLabel('What we have now').fill('Acme');
  await page.getByLabel('What it should say').fill('Umbrella');
  await button(page, 'Add another correction').click();
  await page.getByLabel('What is wrong?', { exact: true }).nth(1).selectOption('position');
  await page.getByLabel('What it should say').nth(1).fill('Chief of everything');
  await page.getByLabel('For someone who authorised me').check();
  await see(page, 'form-filled');
  assert.equal(await page.getByLabel('Name of the person the data is about').isVisible(), true);
  await page.getByLabel('For myself').check();
  assert.equal(await page.getByLabel('Your own name').isVisible(), false);
  await page.getByLabel('Your name').fill('Robin Vale');
  await page.getByLabel('Your email address').fill('robin.vale@example.com');
  await page.getByLabel('Anything else we should know').fill('I changed jobs in March.\nThank you.');
  await button(page, 'Continue').click();
  await heading(page, 'Check before you send');
  await see(page, 'review');
  const [before, kept] = [Number(await ask('/count/requests')), Number(await ask('/count/files'))];
  await page.getByLabel('Add files').setInputFiles({ name: 'run.exe', mimeType: 'application/octet-stream', buffer: Buffer.from('MZ\x90\0 binary') });
  await button(page, 'Send the request').click();
  await page.getByText('We do not take files of this kind').first().waitFor();
  await see(page, 'review-file-refused');
  assert.equal(Number(await ask('/count/requests')), before, 'sent with a file that is not taken');
  await page.getByLabel('Add files').setInputFiles([
    { name: 'card.txt', mimeType: 'text/plain', buffer: Buffer.from('my card') },
    { name: 'letter.txt', mimeType: 'text/plain', buffer: Buffer.from('a letter') },
  ]);
  await button(page, 'Send the request').dblclick();
  await heading(page, 'Your request has been sent');
  await settled(page);
  const reference = (await page.locator('.done .reference').innerText()).trim();
  await see(page, 'sent');
  await page.goBack();
  await button(page, 'Send the request').click();
  await heading(page, 'Your request has been sent');
  assert.equal((await page.locator('.done .reference').innerText()).trim(), reference);
  assert.equal(Number(await ask('/count/requests')), before + 1, 'sent twice');
  assert.equal(Number(await ask('/count/files')), kept + 2, 'files are lost, or there twice');
  assert.deepEqual(await page.context().cookies(), [], 'a cookie before it is needed');

  await page.goto(`${portal}/requests/${reference}`);
  await see(page, 'code');
  await page.getByLabel('Code', { exact: true }).fill('AAAA AAAA');
  await button(page, 'Open my request').click();
  await see(page, 'code-wrong');
  await button(page, 'Email me a new code').click();
  await page.getByText('a new code is on its way').waitFor();
  await page.getByLabel('Code', { exact: true }).fill(await ask('/code/' + reference));
  await page.keyboard.press('Enter');
  await heading(page, 'Correct my data');
  assert.equal(page.url(), `${portal}/requests/${reference}`);
  const [cookie] = await page.context().cookies();
  assert.ok(cookie.httpOnly && cookie.sameSite === 'Lax' && cookie.expires - Date.now() / 1000 <= 3600, JSON.stringify(cookie));
  await see(page, 'case-open');

  for (const act of ['verify', 'start', 'ask']) await ask(`/do/${reference}/${act}`);
  await page.reload();
  await page.getByText('Which of the two addresses').first().waitFor();
  await see(page, 'case-question');
  await page.getByLabel('Your answer').fill('The new one, please.');
  await button(page, 'Send').dblclick();
  await says(page, 'Your message has reached us.');
  await settled(page);
  assert.equal(await page.getByText('The new one, please.').count(), 1, 'said twice');
  await page.getByLabel('Add files').setInputFiles({ name: 'contrat n°1 – été.txt', mimeType: 'text/plain', buffer: Buffer.from('proof') });
  await button(page, 'Send').click();
  const got = page.waitForEvent('download');
  await page.getByRole('link', { name: 'contrat n°1 – été.txt' }).click();
  assert.equal((await got).suggestedFilename(), 'contrat n°1 – été.txt');
  await page.getByLabel('Add files').setInputFiles({ name: 'run.exe', mimeType: 'application/octet-stream', buffer: Buffer.from('MZ\x90\0 binary') });
  await button(page, 'Send').click();
  await page.getByText('We do not take files of this kind').first().waitFor();
  await see(page, 'case-file-refused');
  for (const act of ['reply', 'extend']) await ask(`/do/${reference}/${act}`);
  await page.goto(`${portal}/requests/${reference}`);
  await page.getByText('Why this date?').click();
  await see(page, 'case-progress');

  await ask(`/do/${reference}/decide`);
  await page.goto(`${portal}/requests/${reference}`);
  await page.getByText('The register of companies says the same.').first().waitFor();
  await see(page, 'case-answered');
  const letter = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Download the answer' }).click();
  assert.equal((await letter).suggestedFilename(), reference + '.txt');
  await page.getByRole('link', { name: 'Object to the answer' }).click();
  await see(page, 'appeal');
  await page.getByLabel('What should we review, and why?').fill('The register is old.');
  // The hour is over while somebody writes: nothing is lost.
  await ask('/sleep/61');
  await button(page, 'Send the objection').click();
  await page.getByText('It is not lost').waitFor();
  await see(page, 'code-pending');
  await button(page, 'Email me a new code').click();
  await page.getByText('a new code is on its way').waitFor();
  await page.getByText('The register is old.').waitFor();
  await page.getByLabel('Code', { exact: true }).fill(await ask('/code/' + reference));
  await button(page, 'Send it').click();
  await page.getByText('Your objection has reached us.').waitFor();
  await see(page, 'case-appealed');
  await page.getByRole('link', { name: 'Withdraw this request' }).click();
  await see(page, 'withdraw');
  await button(page, 'Yes, withdraw it').click();
  await page.getByText('Your request is withdrawn.').waitFor();
  await see(page, 'case-withdrawn');
  await button(page, 'Leave this page').click();
  await page.getByText('You have left your request').waitFor();
  assert.deepEqual(await page.context().cookies(), []);
  return reference;
}

// task is what the owner of a system does with nothing but their mail.
async function task(page, see) {
  const id = (await ask('/owned')).trim();
  await page.goto(`${portal}/tasks/${id}`);
  await see(page, 'owner-code');
  await button(page, 'Email me a code').click();
  await page.getByText('a code is on its way').waitFor();
  await see(page, 'owner-code-sent');
  await page.getByLabel('Code', { exact: true }).fill('AAAA AAAA');
  await button(page, 'Open the task').click();
  await page.getByText('This code is wrong').first().waitFor();
  await see(page, 'owner-code-wrong');
  await page.getByLabel('Code', { exact: true }).fill(await ask('/owner-code/' + id));
  await page.keyboard.press('Enter');
  await heading(page, 'Paper files: Erase the data');
  await see(page, 'owner-task');
  await page.getByText('If a law is the reason').click();
  await page.getByLabel('It is not possible', { exact: true }).check();
  await button(page, 'Send the report').click();
  await page.getByText('Say what was not done, and why').first().waitFor();
  await see(page, 'owner-task-wrong');
  await page.getByLabel('What you did, or why').fill('One folder has to stay.');
  // Half a day is over while somebody writes: nothing is lost.
  await ask('/sleep/721');
  await button(page, 'Send the report').click();
  await page.getByText('It is not lost').waitFor();
  await see(page, 'owner-code-pending');
  await button(page, 'Email me a code').click();
  await page.getByText('a code is on its way').waitFor();
  await page.getByLabel('Code', { exact: true }).fill(await ask('/owner-code/' + id));
  await button(page, 'Open the task').click();
  await page.getByText('Nothing was sent yet').waitFor();
  assert.equal(await page.getByLabel('What you did, or why').inputValue(), 'One folder has to stay.');
  await page.getByLabel('It is done in part').check();
  await page.getByLabel('Add files').setInputFiles({ name: 'proof.txt', mimeType: 'text/plain', buffer: Buffer.from('Certificate 17') });
  await button(page, 'Send the report').dblclick();
  await page.getByText('This task is done').waitFor();
  await settled(page);
  await see(page, 'owner-task-done');
  await button(page, 'Leave this page').click();
  await page.getByText('You have left the task').waitFor();
  assert.deepEqual(await page.context().cookies(), []);
}

// The rest of the pages.
async function rest(page) {
  await lookAt(page, '/requests', 'find');
  await page.getByLabel('Reference').fill('what?');
  await button(page, 'Continue').click();
  await look(page, 'find-wrong');
  await lookAt(page, '/nowhere', 'missing');
  await lookAt(page, `/setup/${process.env.HABEAS_SETUP}`, 'setup');
  for (const lang of ['de', 'fr', 'es']) {
    await lookAt(page, `/?lang=${lang}`, 'start-' + lang);
    await lookAt(page, `/requests/new/access?lang=${lang}`, 'form-access-' + lang);
  }
  for (const kind of ['disclosure_1798_83', 'testimonial_removal', 'sharing_opt_out', 'objection']) {
    await lookAt(page, `/requests/new/${kind}?country=US&region=CA`, 'form-' + kind);
  }
}

// Everything by keyboard: a request is filed without touching the mouse, and
// the focus can always be seen.
async function keyboard(page) {
  await page.goto(portal + '/requests/new/question');
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement.className), 'skip');
  await page.keyboard.press('Enter');
  const typed = { details: 'Why?', name: 'Robin Vale', email: 'robin@example.com' };
  const seen = [];
  for (let i = 0; i < 30; i++) {
    await page.keyboard.press('Tab');
    const at = await page.evaluate(() => {
      const e = document.activeElement, s = getComputedStyle(e), r = e.getBoundingClientRect();
      return { name: e.name, text: e.innerText, tag: e.tagName, visible: (s.outlineStyle !== 'none' || s.boxShadow !== 'none') && r.width > 4 };
    });
    assert.ok(at.visible, `no focus to be seen on ${JSON.stringify(at)}`);
    seen.push(at.name || at.text);
    if (typed[at.name]) await page.keyboard.type(typed[at.name]);
    if (at.tag === 'BUTTON' && at.text === 'Continue') break;
  }
  assert.ok(seen.includes('country') && !seen.includes('own_name'), seen.join());
  await page.keyboard.press('Enter');
  await heading(page, 'Check before you send');
  await button(page, 'Send the request').focus();
  await page.keyboard.press('Enter');
  await heading(page, 'Your request has been sent');
}

// A fault takes the reader there: the summary, then the field.
async function faults(page) {
  await page.goto(portal + '/requests/new/question');
  await button(page, 'Continue').click();
  assert.equal(await page.evaluate(() => document.activeElement.className), 'faults');
  await page.getByRole('link', { name: 'Enter a name' }).click();
  assert.equal(await page.evaluate(() => document.activeElement.id), 'name');
  assert.match(await page.title(), /^Error: /);
}

// The network goes away half-way: what was typed is there when it is back.
async function offline(page) {
  await page.goto(portal + '/requests/new/question');
  await page.getByLabel('What would you like to know?').fill('precious words');
  await page.getByLabel('Your name').fill('Robin Vale');
  await page.getByLabel('Your email address').fill('robin@example.com');
  await page.context().setOffline(true);
  await button(page, 'Continue').click().catch(nothing);
  await lost(page);
  await page.context().setOffline(false);
  await page.goBack();
  assert.equal(await page.getByLabel('What would you like to know?').inputValue(), 'precious words');
  await button(page, 'Continue').click();
  await heading(page, 'Check before you send');
  await page.context().setOffline(true);
  await button(page, 'Send the request').click().catch(nothing);
  await lost(page);
  await page.context().setOffline(false);
  await page.reload(); // sends the form again
  await heading(page, 'Your request has been sent');
}

// The network goes away while a message is sent: asking again sends it, once.
async function offlineInside(page) {
  await page.goto(portal + '/requests/new/question');
  await page.getByLabel('What would you like to know?').fill('Why?');
  await page.getByLabel('Your name').fill('Robin Vale');
  await page.getByLabel('Your email address').fill('robin.afar@example.com');
  await button(page, 'Continue').click();
  await button(page, 'Send the request').click();
  const reference = (await page.locator('.done .reference').innerText()).trim();
  await page.getByLabel('Code', { exact: true }).fill(await ask('/code/' + reference));
  await button(page, 'Open my request').click();
  await page.getByLabel('Write to us').fill('precious words');
  await page.context().setOffline(true);
  await button(page, 'Send').click().catch(nothing);
  await lost(page);
  await page.context().setOffline(false);
  await page.reload();
  await page.getByText('Your message has reached us.').waitFor();
  assert.equal(await page.getByText('precious words').count(), 1);
}

// How much the first page is over the wire, with all that it needs.
async function weight(page) {
  let bytes = 0;
  page.on('response', async (r) => { bytes += (await r.request().sizes()).responseBodySize; });
  await page.goto(portal + '/', { waitUntil: 'networkidle' });
  assert.ok(bytes > 1000 && bytes < 50_000, `the first page has ${bytes} bytes`);
  return bytes;
}

// Where very many requests come in, the browser works for the code before the
// form is sent; without scripts it is filed all the same, and its page says how
// to get the code.
async function flood(page, see, scripts) {
  await ask('/flood/8');
  await page.goto(portal + '/requests/new/access');
  await page.getByLabel('Your name').fill('Robin Vale');
  await page.getByLabel('Your email address').fill(`robin.${scripts}@example.com`);
  await button(page, 'Continue').click();
  await page.getByText('your browser solves a small calculation').waitFor();
  await see(page, 'review-flood');
  const codes = Number(await ask('/count/codes'));
  const begin = Date.now();
  await button(page, 'Send the request').click();
  await heading(page, 'Your request has been sent');
  const later = await page.getByText('We have your request, and our time to answer is running.').count();
  assert.equal(later, scripts ? 0 : 1);
  assert.equal(Number(await ask('/count/codes')) - codes, scripts ? 1 : 0);
  if (scripts) console.log(`the work took at most ${Date.now() - begin} ms`);
  await see(page, scripts ? 'sent-flood' : 'sent-later');
  await ask('/flood/0');
}

await run({
  'a life with scripts': async () => life(await open(), look),
  'a life without scripts': async () => life(await open({ javaScriptEnabled: false }), nothing),
  'a task of an owner': async () => task(await open(), look),
  'a task of an owner, without scripts': async () => task(await open({ javaScriptEnabled: false }), nothing),
  'the rest of the pages': async () => rest(await open()),
  'by keyboard': async () => keyboard(await open()),
  'faults take the focus': async () => faults(await open()),
  'the network goes away': async () => offline(await open()),
  'the network goes away, without scripts': async () => offline(await open({ javaScriptEnabled: false })),
  'the network goes away in a request': async () => offlineInside(await open()),
  'a flood': async () => flood(await open(), look, true),
  'a flood, without scripts': async () => flood(await open({ javaScriptEnabled: false }), nothing, false),
  'the weight of the first page': async () => weight(await open()),
});
