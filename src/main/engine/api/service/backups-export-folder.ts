import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** No control characters, nothing that any system gives a meaning to, no dots at the ends. */
const UNSAFE = /[\p{Cc}\p{Cf}\\/:*?"<>|]/gu;
const MOST = 60;

/** A folder that is not there yet, named after the phone and the day, in the chosen one. */
export async function freeFolderIn(folder: string, phone: string, finished: string): Promise<string> {
  const name = phone
    .replace(UNSAFE, ' ')
    .replaceAll(/\s+/g, ' ')
    .replace(/^[. ]+|[. ]+$/g, '');
  const day = finished.slice(0, 10);
  const plain = `${[...name].slice(0, MOST).join('') || 'iPhone'} ${day}`;
  for (let number = 1; ; number += 1) {
    const path = join(folder, number === 1 ? plain : `${plain} (${number})`);
    if (!existsSync(path)) return path;
  }
}
