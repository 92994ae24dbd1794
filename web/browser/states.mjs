// What is not there, not allowed, not possible or broken, and what is typed
// meanwhile: every such page is judged like any other, and no words are lost.
// Called by TestBrowser, which breaks things.
import assert from 'node:assert/strict';
import { again, ask, button, heading, look, lookAt, lost, nothing, open, portal, run, says, settled, staff } from './lib.mjs';

const file = (name, bytes) => ({ name, mimeType: 'application/octet-stream', buffer: Buffer.alloc(bytes, 'x') });
const program = { name: 'run.exe', mimeType: 'application/octet-stream', buffer: Buffer.from('MZ\x90\0 binary') };

// during does something while the test bed does something else.
async function during(on, off, act) {
  await ask(on);
  try {
    await act();
  } finally {
    await ask(off);
  }
}
const away = (act) => during('/away/on', '/away/off', act);
const broken = (act) => during('/break', '/mend', act);

// The lists before anything is in them.
async function empty() {
  const page = await staff('admin');
  for (const path of ['/console', '/console?view=mine', '/console?view=overdue', '/console?view=closed', '/console?state=on_hold', '/console/overview', '/console/mail',
    '/console/mail?state=placed', '/console/outgoing?delivery=sent', '/console/jobs', '/console/jobs?state=done', '/console/exports', '/console/tokens', '/console/people']) {
    await lookAt(page, path, 'empty ' + path.replaceAll(/\W+/g, ' ').trim());
  }
  await page.goto(portal + '/console');
  await page.fill('#q', 'nobody@example.com');
  await button(page, 'Search').click();
  await says(page, 'No request came from this address');
  await look(page, 'search without a result');
  await page.fill('#q', 'Robin');
  await button(page, 'Search').click();
  await says(page, 'neither a reference nor');
  await look(page, 'search wrong');
  await page.goto(portal + '/console?due_before=soon');
  await look(page, 'filter wrong');
}

// inside files a question and returns a page that is in it.
async function inside(options, name) {
  const page = await open(options);
  const reference = await filed(page, name);
  await entered(page, reference);
  return [page, reference];
}

async function filed(page, name = 'Robin Vale') {
  await page.goto(portal + '/requests/new/question');
  await page.getByLabel('What would you like to know?').fill('Why?');
  await page.getByLabel('Your name').fill(name);
  await page.getByLabel('Your email address').fill(name.toLowerCase().replaceAll(' ', '.') + '@example.com');
  await button(page, 'Continue').click();
  await button(page, 'Send the request').click();
  return (await page.locator('.done .reference').innerText()).trim();
}

async function entered(page, reference) {
  await page.goto(`${portal}/requests/${reference}`);
  await page.getByLabel('Code', { exact: true }).fill(await ask('/code/' + reference));
  await button(page, 'Open my request').click();
  await page.getByLabel('Write to us').waitFor();
}

// foreign sends a form of another site.
async function foreign(page, path) {
  await page.goto('about:blank');
  await page.setContent(`<form method="post" action="${portal}${path}"><button>Go</button></form>`);
  await button(page, 'Go').click();
  await page.waitForURL(portal + '/**');
}

// Why a page of the portal is not what was asked for.
async function portalProblems() {
  const page = await open();
  for (const lang of ['', '?lang=de', '?lang=fr', '?lang=es']) await lookAt(page, '/nowhere' + lang, `missing${lang.slice(6)}`);
  await foreign(page, '/requests/new/question');
  await look(page, 'form of another site');
  await page.goto(portal + '/requests/new/question');
  await page.getByLabel('Your name').evaluate((name) => name.after(name.cloneNode())); // a field twice
  await button(page, 'Continue').click();
  await look(page, 'form that cannot be read');
  await page.goto(portal + '/requests/new/question');
  await page.getByLabel('What would you like to know?').fill('precious words');
  await page.getByLabel('Your name').fill('Robin Vale');
  await page.getByLabel('Your email address').fill('robin.vale@example.com');
  await button(page, 'Continue').click();
  await heading(page, 'Check before you send');
  const sent = async () => {
    await button(page, 'Send the request').click();
    await page.locator('.faults').waitFor();
  };
  await during('/brake/on', '/brake/off', sent);
  await look(page, 'sent too often');
  await says(page, 'precious words');
  await away(sent);
  await look(page, 'the database is away');
  await says(page, 'precious words');
  await broken(sent);
  await look(page, 'a fault of ours');
  await says(page, 'precious words');
  await button(page, 'Send the request').click();
  await heading(page, 'Your request has been sent');
  const at = page.url().replace(/\/sent.*/, '');
  await away(() => page.goto(at));
  await look(page, 'page while the database is away');
  await broken(() => page.goto(at));
  await look(page, 'page with a fault of ours');
}

// In a request: what cannot be taken.
async function portalRefusals() {
  const [page, reference] = await inside({});
  for (const part of ['messages', 'files']) await lookAt(page, `/requests/${reference}/${part}`, 'case at its ' + part);
  await lookAt(page, `/requests/${reference}/appeal`, 'nothing to appeal against');
  await page.goto(`${portal}/requests/${reference}`);
  await page.getByLabel('Write to us').fill('precious words');
  // A script would say so before it is sent; one that is stuck does not.
  await page.getByLabel('Add files').evaluate((chooser) => chooser.replaceWith(chooser.cloneNode(true)));
  await page.getByLabel('Add files').setInputFiles(file('large.txt', 11 << 20));
  await button(page, 'Send').click();
  await page.locator('.fault').waitFor();
  await look(page, 'file too large');
  assert.equal(await page.getByLabel('Write to us').inputValue(), 'precious words');
  const other = await page.context().newPage();
  for (const p of [page, other]) await p.goto(`${portal}/requests/${reference}/withdraw`);
  await button(other, 'Yes, withdraw it').click();
  await says(other, 'Your request is withdrawn.');
  await page.goto(`${portal}/requests/${reference}`);
  await look(page, 'case-withdrawn');
}

// Why a page of the console is not what was asked for.
async function consoleProblems() {
  const page = await staff('admin');
  await lookAt(page, '/console/people/nobody', 'console missing');
  await lookAt(page, '/console/requests/HB-7K3M-Q9TX-2D', 'missing request');
  await lookAt(await staff('agent'), '/console/tokens', 'not for an agent');
  await lookAt(await staff('auditor'), '/console/requests/new', 'not for an auditor');
  await lookAt(await staff('auditor'), await ask('/mail'), 'mail is not for an auditor');
  await foreign(page, '/console/search');
  await look(page, 'console form of another site');
  await page.goto(portal + '/console/tokens');
  await page.getByLabel('Name').fill('x');
  await page.getByLabel('Role').evaluate((s) => { s.options[0].value = 'emperor'; s.selectedIndex = 0; });
  await button(page, 'Make a token').click();
  await look(page, 'console form that cannot be read');
  await broken(() => page.goto(portal + '/console'));
  await look(page, 'console with a fault of ours');
  const reference = await ask('/wish/access');
  await away(() => page.goto(`${portal}/console/requests/${reference}`));
  await look(page, 'console while the database is away');
}

const note = (page) => page.getByLabel('Note: only staff read it');
const unfold = async (page, name) => page.locator(`#act-${name} > summary`).click();

// What staff type outlives what goes wrong around it.
async function consoleKeeps(options, see) {
  const page = await staff('agent', options);
  const reference = await ask('/wish/correction');
  const at = `${portal}/console/requests/${reference}`;
  const count = (text) => page.locator('.case-messages').getByText(text, { exact: true }).count();
  await page.goto(at);
  await unfold(page, 'note');
  await note(page).fill('precious words');
  // Going elsewhere and back
  await page.getByRole('link', { name: 'Mail', exact: true }).click();
  await heading(page, 'Received mail');
  await page.goBack();
  await note(page).waitFor({ state: 'attached' });
  assert.equal(await note(page).inputValue(), 'precious words', 'going back loses what was typed');
  if (!await note(page).isVisible()) await unfold(page, 'note');
  // The network goes away
  await page.context().setOffline(true);
  await button(page, 'Add the note').click().catch(nothing);
  await lost(page);
  await page.context().setOffline(false);
  await again(page);
  await says(page, 'The note was added.');
  assert.equal(await count('precious words'), 1);
  // A double click
  for (const act of ['verify', 'start']) await ask(`/do/${reference}/${act}`);
  await page.goto(at);
  await unfold(page, 'reply');
  await page.getByLabel('Your message: the requester reads it').fill('Said once.');
  await button(page, 'Send the message').dblclick();
  await says(page, 'The message is on its way.');
  await settled(page);
  assert.equal(await count('Said once.'), 1, 'said twice');
  // Back to the form that was sent: what was said is there, and said once
  await page.goBack();
  await page.goto(at);
  assert.equal(await count('Said once.'), 1, 'said twice by going back');
  // Somebody else was quicker
  await unfold(page, 'ask');
  await page.getByLabel('Your question: the requester reads it').fill('Which of the two?');
  await ask(`/do/${reference}/reply`);
  await button(page, 'Send the question').click();
  await says(page, 'Nothing was done');
  assert.equal(await page.getByLabel('Your question: the requester reads it').inputValue(), 'Which of the two?');
  await see(page, 'case changed meanwhile');
  // What is missing
  await page.goto(at);
  await unfold(page, 'ask');
  await button(page, 'Send the question').click();
  await says(page, 'Write what you want to know.');
  await see(page, 'case form wrong');
  await page.locator('#file').setInputFiles(program);
  await button(page, 'Add the file').click();
  await says(page, 'Files of this kind are not taken.');
  await see(page, 'case file refused');
  await page.locator('#file').setInputFiles(file('large.txt', 11 << 20));
  await button(page, 'Add the file').click();
  await says(page, 'The file is too large');
  await see(page, 'case file too large');
  await page.locator('#file').setInputFiles({ name: 'scan.txt', mimeType: 'text/plain', buffer: Buffer.from('a letter') });
  await button(page, 'Add the file').dblclick();
  await says(page, 'The file was added.');
  await settled(page);
  const scan = page.waitForEvent('download');
  await page.getByRole('link', { name: 'scan.txt' }).click(); // one, or this is refused
  assert.equal((await scan).suggestedFilename(), 'scan.txt');
  // A part is away
  await unfold(page, 'note');
  await note(page).fill('in spite of all');
  await away(async () => {
    await button(page, 'Add the note').click();
    await says(page, 'We cannot do this just now');
  });
  await see(page, 'case while the database is away');
  await again(page);
  await says(page, 'in spite of all');
}

// A session that is not the writer's any more: another case's in the portal,
// and one that has to be confirmed in the console.
async function otherSession(options, see) {
  const [page, mine] = await inside(options, `Robin Vale${options.javaScriptEnabled ? '' : ' II'}`);
  await page.getByLabel('Write to us').fill('precious words');
  const tab = await page.context().newPage();
  const other = await filed(await open(options), `Ada Vale${options.javaScriptEnabled ? '' : ' II'}`);
  await entered(tab, other);
  await button(page, 'Send').click();
  await says(page, 'It is not lost');
  await see(page, 'code of another request');
  await button(page, 'Email me a new code').click();
  await says(page, 'a new code is on its way');
  await page.getByLabel('Code', { exact: true }).fill(await ask('/code/' + mine));
  await button(page, 'Send it').click();
  await says(page, 'Your message has reached us.');
  await says(page, 'precious words');
}

// Text that would be code somewhere else: none of it runs, wherever it is shown.
async function canaries() {
  const texts = ['<script>canary()</script>', '"><img src=x onerror=canary()>', "'><svg onload=canary()>", '</textarea><script>canary()</script>', 'javascript:canary()', '{{constructor.constructor("canary()")()}}'];
  const page = await open();
  const watched = async (p) => {
    await p.exposeFunction('canary', () => { throw new Error('a canary sang'); });
    p.on('dialog', (d) => { throw new Error('a dialog: ' + d.message()); });
  };
  await watched(page);
  await page.goto(portal + '/requests/new/correction');
  await page.getByLabel('What is wrong?', { exact: true }).first().selectOption('company');
  await page.getByLabel('What we have now').fill(texts[0]);
  await page.getByLabel('What it should say').fill(texts[1]);
  await page.getByLabel('Anything else we should know').fill(texts.join('\n'));
  await page.getByLabel('Your name').fill(texts[2]);
  await page.getByLabel('Your email address').fill('robin.canary@example.com');
  await button(page, 'Continue').click();
  await heading(page, 'Check before you send');
  await page.getByLabel('Add files').setInputFiles({ name: '<img src=x onerror=canary()>.txt', mimeType: 'text/plain', buffer: Buffer.from('a text') });
  await button(page, 'Send the request').click();
  const reference = (await page.locator('.done .reference').innerText()).trim();
  await entered(page, reference);
  await page.getByLabel('Write to us').fill(texts.join('\n'));
  await button(page, 'Send').click();
  await says(page, 'Your message has reached us.');
  const desk = await staff('agent');
  await watched(desk);
  await desk.goto(`${portal}/console/requests/${reference}`);
  await unfold(desk, 'note');
  await note(desk).fill(texts.join('\n'));
  await button(desk, 'Add the note').click();
  await says(desk, 'The note was added.');
  await look(desk, 'case full of code');
  for (const p of [page, desk]) {
    assert.equal(await p.locator('main :is(img, iframe, script, [onerror], [onload])').count(), 0);
    await p.reload();
  }
  await page.goto(`${portal}/requests/${reference}`);
  await look(page, 'own case full of code');
}

// Somebody who never asked is shown a way out.
async function notMe(options, see) {
  const page = await open(options);
  const reference = await filed(page, `Kim Vale ${options.javaScriptEnabled}`);
  await page.goto(portal + (await ask('/not-me/' + reference)));
  await see(page, 'not me');
  await button(page, 'Never email this address').dblclick();
  await heading(page, 'We’ll no longer email this address');
  await settled(page);
  await see(page, 'never mailed');
  await button(page, 'Email this address again').click();
  await heading(page, 'Wasn’t this you?');
}

const both = (story) => async () => {
  await story({ javaScriptEnabled: true }, look);
  await story({ javaScriptEnabled: false }, nothing);
};

await run({
  'nothing yet': empty,
  'problems of the portal': portalProblems,
  'what the portal refuses': portalRefusals,
  'problems of the console': consoleProblems,
  'the console keeps what was typed': both(consoleKeeps),
  'a session of another request': both(otherSession),
  'canaries do not sing': canaries,
  'not me': both(notMe),
});
