import { contend } from '../contend.js';
import { appendSession, openEmmett } from '../emmett.js';

await contend(async ({ DATABASE_URL: url }) => {
  const emmett = await openEmmett(url, []);
  return { command: () => appendSession(emmett), close: emmett.close };
});
