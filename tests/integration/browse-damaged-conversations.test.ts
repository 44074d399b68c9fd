import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { MessageArchive } from '../../src/main/engine/browse/readers/messages/index.ts';
import { WhatsAppArchive } from '../../src/main/engine/browse/readers/whatsapp/index.ts';
import { isBackstopError } from '../../src/shared/errors/index.ts';
import { looseBackup } from '../support/browse/loose-backup.ts';
import { seeded } from '../support/browse/seeded.ts';
import { simulatedBackups } from '../support/browse/simulated-backup.ts';

const SMS = { domain: 'HomeDomain', path: 'Library/SMS/sms.db' };
const CHATS = { domain: 'AppDomainGroup-group.net.whatsapp.WhatsApp.shared', path: 'ChatStorage.sqlite' };
const TURNS = 150;
let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'backstop-damaged-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Blocks of noise, single bytes, blocks of other places, a cut end. The first page mostly stays, or nothing opens. */
function damage(bytes: Buffer, next: (below: number) => number): Buffer {
  const copy = Buffer.from(bytes);
  const first = next(10) === 0 ? 0 : 4096;
  const at = (): number => first + next(Math.max(1, copy.length - first - 600));
  for (let change = next(20); change >= 0; change -= 1) {
    const place = at();
    if (next(3) === 0) copy.copy(copy, place, at(), at() % 600);
    else if (next(2) === 0) for (let byte = 0; byte < next(400); byte += 1) copy[place + byte] = next(256);
    else copy[place] = next(256);
  }
  return next(5) === 0 ? copy.subarray(0, 4096 + next(copy.length - 4096)) : copy;
}

/** Goes through everything; only a database that does not open at all may throw, by its name. */
async function through(open: () => Promise<Readable>): Promise<'whole' | 'damaged' | 'closed'> {
  try {
    using archive = await open();
    archive.counts();
    for (const _ of archive.messages());
    for (const { id } of archive.chats().slice(0, 5)) for (const _ of archive.conversation(id));
    for (const _ of archive.conversation(null));
    for (const _ of archive.attachments?.() ?? []);
    archive.message('row:5');
    archive.message('some id');
    return archive.unreadable.length === 0 ? 'whole' : 'damaged';
  } catch (error) {
    if (!isBackstopError(error, 'browse/damaged-database')) throw error;
    return 'closed';
  }
}

interface Readable extends Disposable {
  counts(): unknown;
  messages(): Iterable<unknown>;
  chats(): readonly { readonly id: string }[];
  conversation(id: string | null): Iterable<unknown>;
  attachments?(): Iterable<unknown>;
  message(id: string): unknown;
  readonly unreadable: readonly unknown[];
}

it('damaged databases of conversations give what is left, and never crash', async () => {
  await using phone = simulatedBackups({ seed: 41, files: 400, bytes: 15_000_000, locale: 'en_GB' });
  await using backup = phone.backup();
  const next = seeded(9);
  for (const place of [SMS, CHATS]) {
    const file = backup.file(place.domain, place.path);
    if (file === null) throw new Error(`no ${place.path}`);
    const bytes = await backup.readWhole(file, 50_000_000);
    const ends = new Map<string, number>();
    for (let turn = 0; turn < TURNS; turn += 1) {
      const path = join(folder, 'damaged.db');
      writeFileSync(path, damage(bytes, next));
      await using loose = looseBackup([{ ...place, file: path }]);
      const started = performance.now();
      const end = await through(() => (place === SMS ? MessageArchive.open(loose) : WhatsAppArchive.open(loose)));
      expect(performance.now() - started).toBeLessThan(10_000);
      ends.set(end, (ends.get(end) ?? 0) + 1);
    }
    // The damage must be worth the name.
    expect(ends.get('damaged') ?? 0).toBeGreaterThan(TURNS / 10);
  }
});
