import { createHash, randomUUID } from 'node:crypto';
import { dirname, join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { BackstopError } from '../../../../shared/errors/index.ts';
import { publish, readSmallFile, type VaultIo, writeNewFile } from '../io/index.ts';
import { parseSelfHashed } from '../layout/canonical.ts';
import { DESCRIPTION_COPY, DESCRIPTION_FILE } from '../layout/description.ts';
import type { VaultPaths } from '../layout/names.ts';
import { ballastBytes } from '../layout/space.ts';
import { vaultTexts } from '../layout/texts-in-vault.ts';
import { hashIn, type ScrubProblem } from './findings.ts';

/**
 * Descriptions come from one another, explanations from the program. A record or an event has no second copy, but one
 * wrong bit of it can be found: its name says which bytes are the right ones.
 */

const MAX_SMALL_BYTES = 16 * 1024 * 1024;
/** Trying every bit of more would take too long. */
const MAX_CORRECTED_BYTES = 8 * 1024;

interface Context {
  readonly io: VaultIo;
  readonly paths: VaultPaths;
  readonly signal: AbortSignal;
}

export interface Repaired {
  /** The file in the vault that was damaged or missing. */
  readonly file: string;
  readonly how: 'copied-to-new-pack' | 'restored' | 'rewritten' | 'other-copy' | 'corrected';
  /** Versions that need it. */
  readonly snapshots: readonly string[];
}

export async function repairSmallFiles(context: Context, problems: readonly ScrubProblem[]): Promise<Repaired[]> {
  const { io, paths } = context;
  const repaired: Repaired[] = [];
  const add = (file: string, how: Repaired['how'], snapshot: string | null = null): void => {
    repaired.push({ file, how, snapshots: snapshot === null ? [] : [snapshot] });
  };
  const descriptions = await Promise.all(
    [DESCRIPTION_FILE, DESCRIPTION_COPY].map(async (name) => {
      const bytes = await readSmallFile(io, join(paths.root, name), MAX_SMALL_BYTES).catch(() => null);
      return { name, good: bytes !== null && parseSelfHashed(bytes) !== null ? bytes : null };
    }),
  );
  const good = descriptions.find((one) => one.good !== null)?.good ?? null;
  for (const one of descriptions) {
    if (one.good !== null || good === null) continue;
    await putInPlace(context, join(paths.root, one.name), good);
    add(one.name, 'restored');
  }
  const texts = vaultTexts();
  for (const { kind, file, snapshot } of problems) {
    if (file === null) continue;
    const path = join(paths.root, file);
    const text = kind === 'text' ? texts.get(file) : undefined;
    if (text !== undefined) {
      await putInPlace(context, path, text);
      add(file, 'rewritten');
    } else if (file === 'ballast.bin') {
      // It holds nothing, and is given up whenever room is short.
      await io.unlink(path);
      await writeNewFile(io, path, ballastBytes());
      add(file, 'rewritten');
    } else if (kind === 'record' || kind === 'event') {
      const right = await correct(context, path);
      if (right === null) continue;
      await putInPlace(context, path, right);
      add(file, 'corrected', snapshot);
    }
  }
  return repaired;
}

/** The bytes that the name asks for, if one bit is all that is wrong. */
async function correct({ io, signal }: Context, path: string): Promise<Buffer | null> {
  const name = hashIn(path);
  const bytes = await readSmallFile(io, path, MAX_CORRECTED_BYTES).catch(() => null);
  if (bytes === null || name === null) return null;
  for (let at = 0; at < bytes.length; at += 1) {
    const was = bytes[at] as number;
    for (let bit = 0; bit < 8; bit += 1) {
      bytes[at] = was ^ (1 << bit);
      if (createHash('sha256').update(bytes).digest('hex') === name) return bytes;
    }
    bytes[at] = was;
    if (at % 256 === 0) await nextTurn();
    signal.throwIfAborted();
  }
  return null;
}

/** Good bytes under a name; what was there is moved aside first, under its name with `.damaged` behind it. */
export async function putInPlace({ io, paths }: Context, path: string, bytes: Buffer): Promise<void> {
  const temporary = join(paths.folder('tmp'), `repair-${randomUUID()}`);
  // Written before anything is moved: a full disk must not cost what is there.
  await writeNewFile(io, temporary, bytes);
  await moveAside(io, path);
  if ((await publish(io, temporary, path, createHash('sha256').update(bytes).digest())) === 'other-bytes-there') {
    throw new BackstopError('vault/disk-error', { data: { path, reason: 'the name is taken by other bytes' } });
  }
  await io.syncFolder(dirname(path));
}

async function moveAside(io: VaultIo, path: string): Promise<void> {
  if ((await io.stat(path)) === null) return;
  for (let number = 1; ; number += 1) {
    const aside = `${path}.damaged${number === 1 ? '' : `-${number}`}`;
    if ((await io.stat(aside)) !== null) continue;
    await io.rename(path, aside);
    await io.syncFolder(dirname(path));
    return;
  }
}
