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

// A second click waits for the answer to the first. Coming back ends that.
let sending = false;
addEventListener('pageshow', () => { sending = false; });
document.addEventListener('submit', (event) => {
  if (sending) event.preventDefault();
  sending = true;
  setTimeout(() => { sending = false; }, 5000);
});
