// What is nicer with a script. Without it everything works as well.
'use strict';

// Times in the reader's own zone and habit; the exact instant stays in the
// tooltip.
const page = document.documentElement.lang;
const habit = navigator.languages.find((l) => l.startsWith(page)) ?? page;
for (const time of document.querySelectorAll('time[data-local]')) {
  time.textContent = new Intl.DateTimeFormat(habit, { dateStyle: time.dataset.local || 'full', timeStyle: 'short' })
    .format(new Date(time.dateTime));
}

// A form that came back takes the reader to what is wrong with it.
document.querySelector('.faults')?.setAttribute('tabindex', '-1');
document.querySelector('.faults')?.focus();

// Files that are too large are told before they are sent, not after.
for (const chooser of document.querySelectorAll('input[type=file][data-large]')) {
  chooser.addEventListener('change', () => {
    chooser.parentElement.querySelector('.fault.early')?.remove();
    const sizes = [...chooser.files].map((f) => f.size);
    if (Math.max(0, ...sizes) <= 10 << 20 && sizes.reduce((a, b) => a + b, 0) <= 25 << 20) return;
    const fault = document.createElement('p');
    fault.className = 'fault early';
    fault.setAttribute('role', 'alert');
    fault.textContent = chooser.dataset.large;
    chooser.before(fault);
    chooser.value = '';
  });
}

// Where very many requests come in, the browser works before the form is sent:
// it looks for a number that is easy to check. The page says what happens
// without.
async function solve({ puzzle, rounds, bits }) {
  const bytes = new TextEncoder();
  const key = await crypto.subtle.importKey('raw', bytes.encode(puzzle), 'PBKDF2', false, ['deriveBits']);
  const fits = async (n) => {
    const how = { name: 'PBKDF2', hash: 'SHA-256', salt: bytes.encode(String(n)), iterations: Number(rounds) };
    return Math.clz32(new DataView(await crypto.subtle.deriveBits(how, key, 32)).getUint32(0)) >= Number(bits);
  };
  for (let n = 0; ; n += 32) {
    const found = (await Promise.all(Array.from({ length: 32 }, (_, i) => fits(n + i)))).indexOf(true);
    if (found >= 0) return `${puzzle}.${n + found}`;
  }
}
const work = globalThis.crypto?.subtle && document.querySelector('input[data-puzzle]');
if (work) {
  const state = work.form.querySelector('.work .state');
  let waiting = null;
  state.textContent = work.dataset.working;
  solve(work.dataset).then((solution) => {
    work.value = solution;
    state.textContent = work.dataset.worked;
    if (waiting) work.form.requestSubmit(waiting);
  });
  work.form.addEventListener('submit', (event) => {
    if (work.value || event.submitter?.value !== 'send') return;
    event.preventDefault();
    event.stopPropagation();
    waiting = event.submitter;
    state.parentElement.scrollIntoView({ block: 'center' });
  });
}

// A second click waits for the answer to the first. Coming back ends that. Each
// form is by itself, and closing a dialog sends nothing.
const sending = new Set();
addEventListener('pageshow', () => sending.clear());
document.addEventListener('submit', (event) => {
  const form = event.target;
  if (form.method === 'dialog') return;
  if (sending.has(form)) event.preventDefault();
  sending.add(form);
  setTimeout(() => sending.delete(form), 5000);
});
