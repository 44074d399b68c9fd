import { Vault } from '../../../src/main/engine/vault/index.ts';
import { Random } from './random.ts';
import { type Content, commitVersion, UDID } from './versions.ts';

/**
 * A process that makes one version after another until somebody kills it. Each finished one is told in a line on
 * stdout: {"id","round"}. Arguments: vault, state folder, number of the first round, `wait` to stop after opening.
 */

export const BACKUP_CHILD = import.meta.filename;

const [dir = '', cacheDir = '', first = '0', mode = ''] = process.argv.slice(2);

export function roundContent(round: number): Content {
  const files = new Map<string, Buffer>();
  for (let at = 0; at < 25; at += 1) {
    const generation = at % 3 === round % 3 ? round : 0;
    files.set(`file ${at}`, new Random(at * 101 + generation * 7 + 1).bytes(300 + at * 700));
  }
  files.set('large', new Random(round + 1).bytes(120_000));
  files.set('Manifest.db', new Random(round + 2).bytes(5000));
  return files;
}

async function main(): Promise<void> {
  const vault = await Vault.open(dir, { cacheDir });
  if (mode === 'wait') {
    await vault.openSession({ udid: UDID, label: 'child' });
    console.log('{"open":true}');
    setInterval(() => undefined, 60_000);
    return;
  }
  for (let round = Number(first); ; round += 1) {
    await using session = await vault.openSession({ udid: UDID, label: 'child' });
    const full = await commitVersion(
      session,
      null,
      roundContent(round),
      new Date(Date.UTC(2026, 0, 1, 0, round)).toISOString(),
    );
    console.log(JSON.stringify({ id: full.id, round }));
  }
}

if (import.meta.main) await main();
