import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort, packageRoot, spawnSupervised, type Shutdown } from '#platform';

/** Where Debian puts it. */
export const PROGRAM = '/usr/sbin/pgbouncer';

/** Debian's PgBouncer before a database, set up as docs/scaling.md says. Answers the database's URL by way of it. */
export async function startPgBouncer(url: string, directory: string, shutdown: Shutdown): Promise<string> {
  const target = new URL(url);
  const [query] =
    /connect_query='[^']+'/.exec(await readFile(join(packageRoot, 'docs', 'scaling.md'), 'utf8')) ?? [];
  const port = await freePort();
  const home = join(directory, 'pgbouncer');
  await mkdir(home);
  await writeFile(
    join(home, 'userlist.txt'),
    `"${decodeURIComponent(target.username)}" "${decodeURIComponent(target.password)}"\n`,
  );
  const host = target.searchParams.get('host') ?? target.hostname;
  await writeFile(
    join(home, 'pgbouncer.ini'),
    `[databases]
${target.pathname.slice(1)} = host=${host} port=${target.port} ${query ?? ''}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = ${join(home, 'userlist.txt')}
pool_mode = transaction
`,
  );
  // It refuses to run as root.
  const user = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : null;
  const child = spawnSupervised(PROGRAM, [join(home, 'pgbouncer.ini')], { stopSignal: 'KILL', user });
  child.stdout.resume();
  await new Promise((resolve, reject) => {
    child.stderr.on('data', (chunk: Buffer) => {
      if (chunk.includes('process up')) resolve(null);
    });
    child.once('close', () => reject(new Error('PgBouncer did not start')));
  });
  shutdown.add('PgBouncer', () => {
    child.stdin.end();
    return Promise.resolve();
  });

  target.searchParams.delete('host'); // the server's socket would win
  target.hostname = '127.0.0.1';
  target.port = String(port);
  return target.href;
}
