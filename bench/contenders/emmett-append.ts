import { contend } from '../contend.js';
import { appendSession, openEmmett } from '../emmett.js';

await contend(async (url) => {
  const emmett = await openEmmett(url, []);
  return { command: () => appendSession(emmett), close: emmett.close };
});
