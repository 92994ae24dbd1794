// The console in a real Chromium. Called by TestBrowser, which signs people in
// and plays the requesters.
import { lookAt, run, staff } from './lib.mjs';

// Every page that is reached by its address alone: address, name, and the role
// of who looks.
const pages = [
  ['/console', 'worklist', 'agent'],
  ['/console/nowhere', 'missing', 'agent'],
];

async function everyPage() {
  for (const [path, name, role] of pages) await lookAt(await staff(role), path, name);
}

await run({
  'every page': everyPage,
});
