import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Where Debian puts servers, which is not on everybody's PATH. */
const SERVERS = '/usr/sbin';

/** The file of a program that is installed, else null. */
export function findProgram(program: string): string | null {
  for (const directory of [...(process.env['PATH'] ?? '').split(delimiter), SERVERS]) {
    const file = join(directory, program);
    try {
      accessSync(file, constants.X_OK);
      return file;
    } catch {
      continue;
    }
  }
  return null;
}
