// What every script of this folder does alike: it opens pages that complain,
// looks at them, and runs its steps. See README.md.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename } from 'node:path';
import { HtmlValidate } from 'html-validate/node';
import { chromium } from 'playwright-core';

export const portal = process.env.HABEAS_PORTAL;
const control = process.env.HABEAS_CONTROL;
const only = process.env.HABEAS_BROWSER_STEP ?? '';
const soak = process.env.HABEAS_SOAK === '1';
const quick = process.env.HABEAS_BROWSER_QUICK; // the stories alone, nothing judged
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const shots = new URL(`screenshots/${basename(process.argv[1], '.mjs')}/`, import.meta.url).pathname;
rmSync(shots, { recursive: true, force: true });
mkdirSync(shots, { recursive: true });

const find = (name) => {
  try {
    return execFileSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).trim();
  } catch {
    return '';
  }
};
// The shell draws as Chromium does, without windows of its own around the pages.
const executablePath = process.env.CHROMIUM || ['chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome'].map(find).find(Boolean);
assert.ok(executablePath, 'there is no Chromium: install it, or name it in CHROMIUM');
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] });

const complaints = new Set();
const complain = (text) => complaints.add(text);

// ask tells the test bed to do something, and returns what it says.
export async function ask(path) {
  const answer = await fetch(control + path);
  assert.equal(answer.status, 200, path);
  return answer.text();
}

// What the living standard and a screen reader ask for. The rules that are left
// out are matters of taste.
const judge = new HtmlValidate({
  extends: ['html-validate:standard', 'html-validate:a11y'],
  rules: {
    'no-redundant-role': 'error',
    'no-inline-style': 'error',
    'valid-id': ['error', { relaxed: true }],
    // A button without a type submits, which is what ours do.
    'no-implicit-button-type': 'off',
    // A browser fills in what we name; that is all the form needs.
    'autocomplete-password': 'off',
  },
});
let judged = 0;

// last is how the page that is shown was asked for, and with which status it
// came.
const last = new WeakMap();

// worded are the attributes that hold words, addresses and times, and not how a
// page is made.
const worded = ['action', 'alt', 'aria-label', 'content', 'd', 'datetime', 'href', 'lang', 'placeholder', 'src', 'title', 'value'];

// first reports whether no script has judged before what is made so, whatever
// its words. make soak judges everything.
async function first(as, made) {
  return soak || await ask(`/first/${createHash('sha256').update(as + made).digest('hex')}`) === 'true';
}

// markup is the text of a page without its words; characters that had to be
// escaped and are not stay.
const markup = (text) => text
  .replace(/(?<=>)[^<]+/g, (words) => words.replace(/&(\w+|#\d+);/g, '').replace(/[^&>]/g, ''))
  .replace(/<[^>]*>/g, (tag) => tag.replace(new RegExp(`\\b(${worded.join('|')})="[^"]*"`, 'g'), '$1').replace(/[0-9a-f-]{16,}|\d+|HB-[0-9A-Z-]+/g, '#'));

// validate judges the HTML of a page.
async function validate(name, text) {
  if (!await first('html', markup(text))) return;
  judged++;
  const { results } = await judge.validateString(text);
  for (const m of results.flatMap((r) => r.messages)) {
    if (m.severity === 2) complain(`${name}: not valid HTML: ${m.ruleId}: ${m.message}: ${text.split('\n')[m.line - 1].trim().slice(0, 160)}`);
  }
}

// open returns a page of a fresh profile. It complains about every request to
// another host, every violation of the Content-Security-Policy, every error of
// a script and every page that is not valid.
export async function open(options = {}) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'en-GB', timezoneId: 'America/New_York', ...options });
  context.setDefaultTimeout(120000); // a busy machine takes its time
  const page = await context.newPage();
  page.on('request', (r) => {
    if (new URL(r.url()).origin !== portal) complain(`a request to ${r.url()}`);
  });
  page.on('console', (m) => {
    if (m.type() === 'error' && !/status of (4|5)\d\d/.test(m.text()) && !/ERR_INTERNET_DISCONNECTED/.test(m.text())) complain(`${page.url()}: ${m.text()}`);
  });
  page.on('pageerror', (e) => complain(`${page.url()}: ${e}`));
  page.on('response', async (r) => {
    if (r.frame() === page.mainFrame() && r.request().isNavigationRequest()) last.set(page, { method: r.request().method(), status: r.status() });
    if (r.request().resourceType() !== 'document' || !(r.headers()['content-type'] ?? '').startsWith('text/html')) return;
    // A mail is drawn as it is, in a page that can do nothing.
    if ((r.headers()['content-security-policy'] ?? '').startsWith('sandbox')) return;
    // Gone when the reader left at once; look() sees each page again.
    const text = await r.text().catch(() => '');
    if (text) await validate(new URL(r.url()).pathname, text);
  });
  return page;
}

// staff returns a page of somebody who is signed in with a role.
export async function staff(role, options = {}) {
  const page = await open(options);
  const [name, value] = (await ask('/signin/' + role)).split('=');
  await page.context().addCookies([{ name, value, url: portal, httpOnly: true, sameSite: 'Lax' }]);
  return page;
}

// Axe takes longer than anything else, so the suite asks it once about each
// theme, at a layout of its own; make soak (HABEAS_SOAK=1) asks about every theme
// at every layout, and leaves pictures in screenshots/.
const layouts = { light: soak ? [320, 1440] : [1440], dark: soak ? [320, 1440] : [320] };

// shape is how a page is made: its elements with all that axe reads but words.
const shape = (words) => [...document.querySelectorAll('*')].map((e) => [
  e.tagName, ...[...e.attributes]
    .map((a) => `${a.name}=${words.includes(a.name) ? Boolean(a.value.trim()) : a.value.replace(/[0-9a-f-]{16,}|\d+|HB-[0-9A-Z-]+/g, '#')}`),
  [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim()),
].join(' ')).join('\n');

// look has a page judged: nothing reaches out of it at 320 pixels, nor at 200 %
// zoom, which is a screen of 1280 pixels that has 640; axe finds nothing in light
// nor in dark; the HTML is valid as it stands.
export async function look(page, name) {
  const here = new URL(page.url()).pathname;
  await ask('/looked?' + new URLSearchParams({ path: here, ...last.get(page) }));
  if (quick) return;
  const fresh = await first('page', await page.evaluate(shape, worded));
  if (fresh) await validate(`${name} ${here} as it stands`, await page.content());
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
  for (const width of [320, 360, 640, 1440]) await fits(page, name, width);
  for (const [colorScheme, widths] of Object.entries(layouts)) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    for (const width of widths) {
      if (soak) await picture(page, name, colorScheme, width);
      if (fresh) await accessible(page, `${name} ${colorScheme}`, width);
    }
  }
  await page.emulateMedia({ colorScheme: 'light' });
  await page.setViewportSize({ width: 1440, height: 900 });
}

async function fits(page, name, width) {
  await page.setViewportSize({ width, height: 900 });
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  if (wide > 0) complain(`${name}: ${wide} pixels too wide at ${width}`);
}

async function picture(page, name, colorScheme, width) {
  await page.setViewportSize({ width, height: 900 });
  await page.screenshot({ path: `${shots}${name}-${width}-${colorScheme}.png`, fullPage: true });
}

async function accessible(page, name, width) {
  await page.setViewportSize({ width, height: 900 });
  if (!await page.evaluate(() => Boolean(window.axe))) await page.evaluate(axe);
  const { violations } = await page.evaluate(() => window.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'], resultTypes: ['violations'] }));
  for (const v of violations) complain(`${name} ${width}: ${v.id}: ${v.nodes.map((n) => `${n.target} ${n.failureSummary}`).join(' | ')}`);
}

// otherwise looks at a page on paper and in the colours of the system, where
// nothing may reach out of it either.
export async function otherwise(page, name) {
  for (const [as, media] of [['paper', { media: 'print' }], ['forced', { media: 'screen', forcedColors: 'active' }]]) {
    await page.emulateMedia(media);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    if (wide > 0) complain(`${name}: ${wide} pixels too wide as ${as}`);
    if (soak) await page.screenshot({ path: `${shots}${name}-${as}.png`, fullPage: true });
  }
  await page.emulateMedia({ media: 'screen', forcedColors: 'none' });
}

export const nothing = async () => {};
export const button = (page, name) => page.getByRole('button', { name, exact: true });
export const heading = (page, name) => page.getByRole('heading', { level: 1, name, exact: true }).waitFor();

// says waits for a text, and for the rest of the page that it is on.
export async function says(page, text) {
  await page.getByText(text).first().waitFor();
  await page.waitForLoadState('load');
}

// lost waits for the browser's own page about a network that is away.
export const lost = (page) => page.waitForURL(/^chrome-error:/, { waitUntil: 'commit' });

// settled waits for the answer to the second half of a double click, which may
// come when that to the first is already shown.
export const settled = (page) => page.waitForLoadState('networkidle');

// again sends a form again. Where the network was away, Chromium may have begun
// to by itself.
export const again = (page) => page.reload().catch(() => page.reload());

// lookAt goes to an address and looks at what is there.
export async function lookAt(page, path, name) {
  await page.goto(portal + path);
  await look(page, name);
}

// run runs the steps of a script and ends it.
export async function run(steps) {
  let failed = 0;
  for (const [name, step] of Object.entries(steps)) {
    if (!name.includes(only)) continue;
    const start = Date.now();
    try {
      const said = await step();
      console.log(`ok      ${name} (${Date.now() - start} ms) ${said ?? ''}`);
    } catch (e) {
      failed++;
      console.log(`FAILED  ${name}: ${e.stack}`);
    }
    for (const context of browser.contexts()) await context.close();
  }
  await browser.close();
  for (const c of complaints) console.log(`FAILED  ${c}`);
  console.log(`${judged} pages judged`);
  process.exit(failed + complaints.size > 0 ? 1 : 0);
}
