import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname, uptime } from 'node:os';
import { join } from 'node:path';

/** Who is writing: this installation of the app, in this run of the operating system. */
export interface Host {
  /** Random, made once, kept in the app's own state: no name, address or serial number of the computer. */
  readonly installation: string;
  readonly name: string;
  readonly boot: string;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export function thisHost(stateFolder: string): Host {
  return { installation: installationId(stateFolder), name: hostname(), boot: bootId() };
}

function installationId(folder: string): string {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, 'installation-id');
  try {
    const text = readFileSync(file, 'utf8').trim();
    if (UUID.test(text)) return text;
  } catch {
    // Not there yet: the first start of this installation.
  }
  const id = randomUUID();
  try {
    writeFileSync(file, `${id}\n`, { flag: 'wx', mode: 0o600 });
    return id;
  } catch {
    // Another process was faster, or the file holds nonsense: one more look, then ours wins.
    const text = readFileSync(file, 'utf8').trim();
    if (UUID.test(text)) return text;
    writeFileSync(file, `${id}\n`, { mode: 0o600 });
    return id;
  }
}

/** Linux names each boot. Elsewhere the minute of the start is near enough: a wrong answer only delays a clean-up. */
function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return `started-${Math.round((Date.now() / 1000 - uptime()) / 600)}`;
  }
}
