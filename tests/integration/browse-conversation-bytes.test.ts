import { expect, it } from 'vitest';
import { MessageArchive } from '../../src/main/engine/browse/readers/messages/index.ts';
import { WhatsAppArchive } from '../../src/main/engine/browse/readers/whatsapp/index.ts';
import { attachmentUsage, whatsAppUsage } from '../../src/main/engine/browse/usage/conversation-bytes.ts';
import { simulatedBackups } from '../support/browse/simulated-backup.ts';

it('says what the attachments and media of every conversation take', async () => {
  await using phone = simulatedBackups({ seed: 31, files: 900, bytes: 40_000_000, locale: 'en_GB' });
  const { items, files } = await phone.truth();
  await using backup = phone.backup();

  using messages = await MessageArchive.open(backup);
  const usage = await attachmentUsage(backup, messages, () => null, { largeBytes: 100_000 });
  const sizes = new Map(files.map(({ domain, relativePath, size }) => [`${domain}/${relativePath}`, size]));
  const chatsOf = new Map(
    (items['messages'] ?? []).map((message) => [message['guid'], message['conversations'] as string[]]),
  );
  const expected = new Map<string, { bytes: number; count: number; large: number }>();
  for (const attachment of items['attachments'] ?? []) {
    const bytes = sizes.get(`MediaDomain/${attachment['relativePath']}`);
    if (bytes === undefined) continue;
    for (const chat of chatsOf.get(attachment['message']) ?? []) {
      const sums = expected.get(chat) ?? { bytes: 0, count: 0, large: 0 };
      expected.set(chat, {
        bytes: sums.bytes + bytes,
        count: sums.count + 1,
        large: sums.large + (bytes >= 100_000 ? 1 : 0),
      });
    }
  }
  expect(expected.size).toBeGreaterThan(2);
  const found = usage.conversations.map(({ conversation, bytes, count, large }) => [
    conversation,
    { bytes, count, large: large.count },
  ]);
  expect(new Map(found as [string, { bytes: number; count: number; large: number }][])).toEqual(expected);
  const all = files.filter(({ relativePath }) => relativePath.startsWith('Library/SMS/Attachments/'));
  expect(usage.total).toEqual({ count: all.length, bytes: all.reduce((sum, { size }) => sum + size, 0) });
  expect(usage.unreferenced).toEqual({ bytes: 0, count: 0 });
  for (const { title, largest, bytes } of usage.conversations) {
    expect(title).not.toBeNull();
    expect(largest[0]?.bytes).toBeLessThanOrEqual(bytes);
  }

  using whatsApp = await WhatsAppArchive.open(backup);
  const media = await whatsAppUsage(whatsApp);
  const lying = files.filter(({ relativePath }) => relativePath.startsWith('Message/Media/'));
  expect(media.total).toEqual({ count: lying.length, bytes: lying.reduce((sum, { size }) => sum + size, 0) });
  expect(media.unreferenced.count).toBe(0);
  expect(media.conversations.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(media.total.bytes);
  for (const { title } of media.conversations) expect(title).not.toBeNull();
});
