import { describe, expect, it } from 'vitest';
import { type GoneItem, LARGE_ATTACHMENT_BYTES, LARGE_VIDEO_BYTES, matchPlan, OPTIONS } from './index.ts';
import { choose } from './test-support/facts.ts';
import type { CleanupChoice } from './types.ts';

const MB = 1_000_000;
const gone = (kind: string, more: Partial<GoneItem> = {}): GoneItem => ({
  kind,
  id: `${kind} ${JSON.stringify(more)}`,
  bytes: null,
  isScreenshot: null,
  isDuplicate: null,
  isVideo: null,
  app: null,
  ...more,
});
const isExpected = (choice: CleanupChoice, item: GoneItem): boolean => matchPlan(choice, [item]).expected.length === 1;

const video = (bytes: number | null): GoneItem => gone('photos', { isVideo: true, bytes });
const app = (id: string, kind = 'apps'): GoneItem => gone(kind, { app: id });

describe('what is gone and the plan', () => {
  it.each([
    ['a video over 200 MB', choose('large-videos'), video(LARGE_VIDEO_BYTES + 1), true],
    ['a video of 40 MB', choose('large-videos'), video(40 * MB), false],
    ['a video of unknown size', choose('large-videos'), video(null), false],
    ['a photo of 300 MB', choose('large-videos'), gone('photos', { isVideo: false, bytes: 300 * MB }), false],
    ['something large, perhaps a video', choose('large-videos'), gone('photos', { bytes: 300 * MB }), false],
    ['a screenshot', choose('screenshots'), gone('photos', { isScreenshot: true }), true],
    ['another picture', choose('screenshots'), gone('photos', { isScreenshot: false }), false],
    ['perhaps a screenshot', choose('screenshots'), gone('photos'), false],
    ['a reviewed duplicate', choose('reviewed-duplicates'), gone('photos', { isDuplicate: true }), true],
    ['a duplicate in one pass', choose('bulk-duplicates'), gone('photos', { isDuplicate: true }), true],
    ['the only one of its kind', choose('bulk-duplicates'), gone('photos', { isDuplicate: false }), false],
    ['any photo', choose('delete-unreviewed-photos'), gone('photos'), true],
    ['any video', choose('delete-unreviewed-photos'), video(1), true],
    ['a note among photos', choose('delete-unreviewed-photos'), gone('notes'), false],
    ['a photo, while only compressing', choose('compress-photos'), gone('photos'), false],
    [
      'a large attachment',
      choose('message-attachments'),
      gone('attachments', { bytes: LARGE_ATTACHMENT_BYTES + 1 }),
      true,
    ],
    ['a message with a large attachment', choose('message-attachments'), gone('messages', { bytes: 3 * MB }), true],
    [
      'a small attachment',
      choose('message-attachments'),
      gone('attachments', { bytes: LARGE_ATTACHMENT_BYTES }),
      false,
    ],
    ['a message of words', choose('message-attachments'), gone('messages', { bytes: 0 }), false],
    ['a conversation', choose('message-attachments', 'chat-media'), gone('conversations', { bytes: 3 * MB }), false],
    ['media of a chat', choose('chat-media'), gone('whatsapp-media', { bytes: 5 }), true],
    ['a chat’s message with media', choose('chat-media'), gone('whatsapp', { bytes: 5 }), true],
    ['a chat’s message of words', choose('chat-media'), gone('whatsapp'), false],
    ['a whole chat', choose('chat-media'), gone('whatsapp-conversations'), false],
    ['a chosen app', { options: ['remove-apps'], apps: ['a.b'] } as CleanupChoice, app('a.b'), true],
    [
      'a chosen app’s document',
      { options: ['remove-apps'], apps: ['a.b'] } as CleanupChoice,
      app('a.b', 'documents'),
      true,
    ],
    ['another app', { options: ['remove-apps'], apps: ['a.b'] } as CleanupChoice, app('c.d'), false],
    ['any app, when none was named', choose('remove-apps'), app('c.d'), true],
    ['a document of nobody knows what', choose('remove-apps'), gone('documents'), false],
    ['what somebody visited', choose('safari-data'), gone('history'), true],
    ['a bookmark', choose('safari-data'), gone('bookmarks'), false],
    ['a photo after a reset', choose('system-cleanup'), gone('photos'), false],
    ['a Wi-Fi network after a reset', choose('system-cleanup'), gone('wifi'), true],
    ['anything, with iCloud Drive and films', choose('icloud-drive-files', 'streamed-media'), gone('files'), false],
  ])('%s', (_, choice, item, expected) => {
    expect(isExpected(choice, item)).toBe(expected);
  });

  it('are told largest first, of unknown size last, each item once', () => {
    const items = [1, 9, null, 5].map((bytes) => gone('photos', { bytes, isScreenshot: bytes !== 5 }));
    const { expected, unexpected } = matchPlan(choose('screenshots', 'bulk-duplicates'), [...items, gone('notes')]);
    expect(expected.map(({ bytes }) => bytes)).toEqual([9, 1, null]);
    expect(unexpected.map(({ kind, bytes }) => [kind, bytes])).toEqual([
      ['photos', 5],
      ['notes', null],
    ]);
  });

  it('are compared for every option alike: something of no known kind is never expected', () => {
    for (const { id } of OPTIONS)
      expect([id, isExpected(choose(id), gone('something new', { bytes: 1e9 }))]).toEqual([id, false]);
  });
});
