// What is quicker in the console with a script. Without it everything works as
// well.
'use strict';

// Keys. A page says what they do: data-row marks what j and k walk through,
// data-key="r" what the key r goes to. They can be turned off (WCAG 2.1.4), and
// where somebody types they are letters.
const keys = document.getElementById('keys');
const off = document.getElementById('keys-off');
const kept = 'habeas-keys-off';
const store = (() => {
  try {
    return window.localStorage;
  } catch {
    return null; // forbidden by the browser: the keys stay on
  }
})();

if (off) {
  off.checked = store?.getItem(kept) === '1';
  off.addEventListener('change', () => {
    if (off.checked) store?.setItem(kept, '1');
    else store?.removeItem(kept);
  });
}

const rows = () => [...document.querySelectorAll('[data-row]')];
const at = () => rows().find((row) => row.contains(document.activeElement)) ?? document.querySelector('[data-row].at');

// go puts the focus on a row's link, where Enter opens it and a screen reader
// reads it.
function go(row) {
  if (!row) return;
  for (const other of rows()) other.classList.toggle('at', other === row);
  row.querySelector('a')?.focus();
}

function step(by) {
  const all = rows();
  const now = all.indexOf(at());
  go(all[now < 0 ? 0 : Math.min(Math.max(now + by, 0), all.length - 1)]);
}

const box = (row) => row?.querySelector('input[type=checkbox]');

// reach opens what a key names, and puts the focus where one goes on.
function reach(target) {
  if (target.matches('a')) {
    target.click();
    return;
  }
  if (target.matches('summary')) {
    target.parentElement.open = true;
    (target.parentElement.querySelector('textarea, select, input:not([type=hidden]), button:not([aria-hidden])') ?? target).focus();
    return;
  }
  target.focus();
  target.select?.();
}

const typing = (node) => node.closest('textarea, select, input:not([type=checkbox]):not([type=radio]), [contenteditable]');

document.addEventListener('keydown', (event) => {
  if (!keys || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || event.isComposing) return;
  if (typing(event.target)) {
    if (event.key === 'Escape') event.target.blur();
    return;
  }
  if (document.querySelector('dialog[open]') || off.checked && event.key !== '?') return;
  switch (event.key) {
    case '?':
      keys.showModal();
      break;
    case 'j':
      step(1);
      break;
    case 'k':
      step(-1);
      break;
    case 'x':
      box(at())?.click();
      break;
    default: {
      const target = event.key.length === 1 && document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
      if (!target) return;
      if (event.key === 'a' && box(at()) && !rows().some((row) => box(row).checked)) box(at()).click();
      reach(target);
    }
  }
  event.preventDefault();
});

// Every box at once.
const first = document.querySelector('.worklist thead th');
if (first && box(document)) {
  const all = document.createElement('input');
  all.type = 'checkbox';
  all.className = 'tick-all';
  all.setAttribute('aria-label', 'Tick all on this page');
  all.addEventListener('change', () => {
    for (const row of rows()) box(row).checked = all.checked;
  });
  first.replaceChildren(all);
}

// A page that says how far something is looks again by itself; and it begins
// to when its download is started.
const again = () => setTimeout(() => location.reload(), 2000);
if (document.querySelector('[data-reload]')) again();
document.querySelector('form[data-download]')?.addEventListener('submit', again);
