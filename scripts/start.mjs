// node scripts/start.mjs <standalone|api|worker>: builds what changed, then becomes the program.
import { build } from './build.mjs';

const [app] = process.argv.slice(2);
await build();
await import(`../dist/apps/${app}/src/main.js`);
