// The whole life of each main type, from the form to the closed case: the
// requester in the portal, an agent and a manager in the console, in Chromium,
// with scripts and without. Called by TestBrowser, which plays the mailbox.
import assert from 'node:assert/strict';
import { ask, button, heading, look, nothing, open, otherwise, portal, run, staff } from './lib.mjs';

const file = (name, text) => ({ name, mimeType: 'text/plain', buffer: Buffer.from(text) });

// Who asks for what: the type's link, what is filled in and read again, the
// level that staff have to verify, what they decide about each item (all is
// fulfilled where nothing else is said) and what the requester reads in the end.
// Those that another person has to approve say so, and those that need no code.
const lives = {
  access: {
    link: 'See my data', approved: true, level: 'high',
    fill: async (page) => {
      await page.getByLabel('A copy of my data').check();
      await page.getByLabel('Name', { exact: true }).check();
      const from = page.getByRole('group', { name: 'From this day' });
      for (const [part, text] of [['Day', '27'], ['Month', '3'], ['Year', '2026']]) await from.getByLabel(part).fill(text);
    },
    reviewed: ['A copy of my data', 'Friday 27 March 2026'],
  },
  correction: {
    link: 'Correct my data', approved: true, level: 'reasonable', items: ['fulfilled', 'denied'], reason: 'accurate', done: 'Done in part',
    fill: async (page) => {
      await page.getByLabel('What is wrong?', { exact: true }).first().selectOption('company');
      await page.getByLabel('What we have now').fill('Acme');
      await page.getByLabel('What it should say').fill('Umbrella');
      await button(page, 'Add another correction').click();
      await page.getByLabel('What is wrong?', { exact: true }).nth(1).selectOption('location');
      await page.getByLabel('What it should say').nth(1).fill('Lisbon');
    },
    reviewed: ['Company: Acme → Umbrella', 'Location: Lisbon'],
  },
  deletion: {
    link: 'Delete my data', approved: true, level: 'high', files: [file('permission.txt', 'I let Ada act for me.')],
    fill: async (page) => {
      await page.getByLabel('Profile photo').check();
      await page.getByLabel('For someone who authorised me').check();
      await page.getByLabel('Your own name').fill('Ada Vale');
      await page.getByLabel('Your own email address').fill('ada.vale@example.com');
      await page.getByLabel('What gives you the right to act for this person?').fill('A signed permission');
    },
    name: 'Name of the person the data is about', email: 'Email address of the person the data is about', reviewed: ['Profile photo', 'Ada Vale', 'A signed permission'],
  },
  testimonial_removal: {
    link: 'Take down my testimonial', level: '',
    fill: async (page) => {
      await page.getByLabel('Addresses of the pages').fill('acme.example/praise');
      await button(page, 'Continue').click();
      await page.getByText('Line 1: Enter a web address').first().waitFor();
      await page.getByLabel('Addresses of the pages').fill('https://acme.example/praise\nhttps://acme.example/stories/7');
    },
    reviewed: ['https://acme.example/praise', 'https://acme.example/stories/7'],
  },
  disclosure_1798_83: {
    link: 'What did you share for marketing?', level: '',
    fill: async (page) => {
      await page.getByLabel('Calendar year').fill('2025');
      await page.getByLabel('I am or was a customer').check();
    },
    reviewed: ['2025'],
  },
  content_removal: {
    link: 'Take down my post or comment', approved: true, level: '', done: 'Done in part', items: ['fulfilled', 'denied'], reason: 'free', appealed: true,
    fill: async (page) => page.getByLabel('Addresses of the pages').fill('https://acme.example/forum/1\nhttps://acme.example/blog/2#comment-3'),
    reviewed: ['https://acme.example/blog/2#comment-3'],
  },
  referral_removal: {
    link: 'A friend gave you my address', level: '',
    fill: async (page) => page.getByLabel('Who gave us your address').fill('Kim, a colleague of mine'),
    reviewed: ['Kim, a colleague of mine'],
  },
  marketing_opt_out: { link: 'Stop sending me marketing', level: '', fill: nothing, reviewed: ['Robin Vale'], uncoded: true },
  sharing_opt_out: {
    link: 'Do not sell or share my data', level: '', uncoded: true,
    fill: async (page) => {
      await page.getByLabel('Targeted advertising').check();
      await page.getByLabel('Use of sensitive data').check();
    },
    reviewed: ['Targeted advertising', 'Use of sensitive data'],
  },
  portability: {
    link: 'Take my data with me', level: 'high', approved: true,
    fill: async (page) => page.getByLabel('Send it to (another provider)').fill('Umbrella Mail, import@umbrella.example'),
    reviewed: ['Umbrella Mail, import@umbrella.example'],
  },
  restriction: {
    link: 'Limit how my data is used', level: '',
    fill: async (page) => page.getByLabel('Why?').fill('You are still looking into what I said is wrong.'),
    reviewed: ['You are still looking into what I said is wrong.'],
  },
  objection: {
    link: 'Object to a use of my data', level: '',
    fill: async (page) => page.getByLabel('What do you object to, and why?').fill('The profile that you make of me.'),
    reviewed: ['The profile that you make of me.'],
  },
  complaint: {
    link: 'Make a complaint', level: '',
    fill: async (page) => page.getByLabel('What is your complaint?').fill('It took you two months.'),
    reviewed: ['It took you two months.'],
  },
  consent_withdrawal: {
    link: 'Taking my consent back', level: '',
    fill: async (page) => page.getByLabel('Which consent?').fill('The one for your partners.'),
    reviewed: ['The one for your partners.'],
  },
  question: {
    link: 'Ask a question', level: '',
    fill: async (page) => page.getByLabel('What would you like to know?').fill('For how long do you keep my orders?'),
    reviewed: ['For how long do you keep my orders?'],
  },
};

// filed takes a requester from the start page to the open case.
async function filed(page, kind, life, see) {
  await page.goto(portal + '/');
  await page.getByLabel('Country').selectOption('US');
  await page.getByLabel('State or province').selectOption('CA');
  await button(page, 'Show my rights').click();
  await page.getByRole('link', { name: life.link }).click();
  await heading(page, life.link);
  await life.fill(page);
  await page.getByLabel(life.name ?? 'Your name').first().fill('Robin Vale');
  await page.getByLabel(life.email ?? 'Your email address').first().fill(`robin.${kind}@example.com`);
  await see(page, `form-${kind}`);
  await button(page, 'Continue').click();
  await heading(page, 'Check before you send');
  for (const text of life.reviewed) await page.getByText(text).first().waitFor();
  if (life.files) await page.getByLabel('Add files').setInputFiles(life.files);
  await see(page, `review-${kind}`);
  await button(page, 'Send the request').click();
  await heading(page, 'Your request has been sent');
  const reference = (await page.locator('.done .reference').innerText()).trim();
  if (life.uncoded) {
    await see(page, `sent-${kind}`);
    await page.goto(`${portal}/requests/${reference}`);
    await button(page, 'Email me a new code').click();
    await page.getByText('a new code is on its way').waitFor();
  }
  await page.getByLabel('Code', { exact: true }).fill(await ask('/code/' + reference));
  await button(page, 'Open my request').click();
  await heading(page, life.link);
  for (const f of life.files ?? []) await page.getByRole('link', { name: f.name }).waitFor();
  return reference;
}

// unfold opens the form of a command, where a browser without scripts can, too.
const unfold = async (page, name) => page.locator(`#act-${name} > summary`).click();

// decided takes staff from the worklist to the answer.
async function decided(page, kind, life, reference, see) {
  await page.goto(portal + '/console');
  await page.getByRole('link', { name: reference }).click();
  await page.getByRole('heading', { level: 1 }).filter({ hasText: reference }).waitFor();
  if (life.level) {
    await unfold(page, 'verify');
    await page.getByLabel('How sure you are now').selectOption(life.level);
    await page.getByLabel('How you made sure').selectOption('account_login');
    await button(page, 'Record it').click();
    await page.getByText('The verification was recorded.').waitFor();
  }
  await button(page, 'Start work').click();
  await page.getByText('Work has begun.').waitFor();
  await unfold(page, 'decide');
  await page.getByLabel('The answer: the requester reads it').fill(`This is our answer about ${kind}.`);
  const items = await page.locator('.decide-item').count();
  for (let i = 0; i < items; i++) await page.locator('.decide-item').nth(i).getByLabel('Outcome').selectOption(life.items?.[i] ?? 'fulfilled');
  if (!items) await page.locator('#act-decide').getByRole('radio', { name: 'Fulfilled' }).first().check();
  if (life.reason) {
    const last = page.locator('.decide-item').last();
    await last.locator('summary').click();
    await last.getByRole('checkbox', { name: life.reason }).first().check();
  }
  await button(page, 'Preview the answer').click();
  await page.getByRole('region', { name: 'Preview' }).waitFor();
  await see(page, `console-preview-${kind}`);
  await button(page, life.approved ? 'Ask for approval' : 'Send the answer').click();
  await page.getByText('The decision was recorded.').waitFor();
  await see(page, `console-decided-${kind}`);
}

async function approved(page, reference) {
  await page.goto(`${portal}/console/requests/${reference}`);
  await button(page, 'Approve').click();
  await page.getByText('The decision was approved, and the answer is on its way.').waitFor();
}

// whole is one life, and everybody reads what the others wrote.
async function whole(kind, javaScriptEnabled) {
  const life = lives[kind];
  const see = javaScriptEnabled ? look : nothing;
  // The pages of staff are alike: those of five types are looked at.
  const seen = watched.includes(kind) ? see : nothing;
  const page = await open({ javaScriptEnabled });
  const reference = await filed(page, kind, life, see);
  await page.getByLabel('Write to us').fill('One more thing.');
  await button(page, 'Send').click();
  await page.getByText('Your message has reached us.').waitFor();
  await decided(await staff('agent', { javaScriptEnabled }), kind, life, reference, seen);
  if (life.approved) {
    await page.goto(`${portal}/requests/${reference}`);
    await page.getByRole('heading', { name: 'The answer is being checked' }).waitFor();
    await approved(await staff('manager', { javaScriptEnabled }), reference);
  }
  await page.goto(`${portal}/requests/${reference}`);
  await page.getByRole('heading', { name: life.done ?? 'Done as you asked' }).waitFor();
  await page.getByText(`This is our answer about ${kind}.`).first().waitFor();
  await see(page, `case-${kind}`);
  if (kind === 'correction' && see === look) {
    await otherwise(page, 'case');
    const desk = await staff('agent');
    await desk.goto(`${portal}/console/requests/${reference}`);
    await otherwise(desk, 'console-case');
    for (const [path, name] of [['/console', 'console-worklist'], ['/console/overview', 'console-overview']]) {
      await desk.goto(portal + path);
      await otherwise(desk, name);
    }
  }
  const letter = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Download the answer' }).click();
  assert.equal((await letter).suggestedFilename(), reference + '.txt');
  if (life.appealed) {
    await page.getByRole('link', { name: 'Object to the answer' }).click();
    await page.getByLabel('What should we review, and why?').fill('I wrote it myself.');
    await button(page, 'Send the objection').dblclick();
    await page.getByText('Your objection has reached us.').waitFor();
  }
  return reference;
}

const watched = ['access', 'correction', 'deletion', 'testimonial_removal', 'disclosure_1798_83'];

// all says which types there are, so that none is forgotten.
async function all() {
  assert.deepEqual(Object.keys(lives).sort(), (await ask('/types')).split(' ').sort());
}

const steps = { 'every type': all };
for (const kind of Object.keys(lives)) {
  steps[`${kind} with scripts`] = async () => whole(kind, true);
  steps[`${kind} without scripts`] = async () => whole(kind, false);
}
await run(steps);
