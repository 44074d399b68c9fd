import { describe, expect, it } from 'vitest';
import type { Entry } from '../conversations/model.ts';
import { Display } from '../display.ts';
import type { SavedFiles } from '../saved-files.ts';
import { entryHtml } from './entry-html.ts';
import { anchorOf, escapeHtml, pathUrl, safeUrl } from './escape.ts';
import { richText } from './rich-text.ts';

const span = {
  link: null,
  isMention: false,
  isBold: false,
  isItalic: false,
  isUnderlined: false,
  isStruckThrough: false,
};

describe('texts of a phone', () => {
  it('cannot become a part of the page', () => {
    expect(escapeHtml(`<img src=x onerror="alert('1')">&`)).toBe(
      '&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;',
    );
    expect(escapeHtml('a\0b\ud800c')).toBe('a\ufffdb\ufffdc');
    expect(richText('</div><script>x</script>', [])).toBe('&lt;/div&gt;&lt;script&gt;x&lt;/script&gt;');
    expect(anchorOf('"><b id="')).toMatch(/^m-[\w-]+$/);
    expect(pathUrl('files/a "b"#?<.jpg')).toBe('files/a%20%22b%22%23%3F%3C.jpg');
  });

  it.each([
    ['javascript:alert(1)', null],
    [' JaVaScRiPt:alert(1)', null],
    ['data:text/html,x', null],
    ['file:///etc/passwd', null],
    ['?payload', null],
    ['https://example.org/"><script>', 'https://example.org/%22%3E%3Cscript%3E'],
    ['mailto:a@example.org', 'mailto:a@example.org'],
  ])('lead to an address only where that is safe: %s', (url, safe) => {
    expect(safeUrl(url)).toBe(safe);
  });

  it('have their links, mentions and styles', () => {
    expect(richText('See https://example.org/a?b=1&c. Yes', [])).toBe(
      'See <a href="https://example.org/a?b=1&amp;c" rel="noreferrer noopener">https://example.org/a?b=1&amp;c</a>. Yes',
    );
    const spans = [
      { ...span, start: 3, length: 4, isMention: true },
      { ...span, start: 8, length: 2, isBold: true, isItalic: true },
      { ...span, start: 8, length: 99, isBold: true },
    ];
    expect(richText('Hi Anna <b>', spans)).toBe('Hi <strong class="mention">Anna</strong> <i><b>&lt;b</b></i>&gt;');
    expect(richText('click', [{ ...span, start: 0, length: 5, link: 'javascript:x' }])).toBe('click');
  });
});

describe('an entry of a page', () => {
  const entry: Entry = {
    id: 'A',
    atMs: Date.UTC(2025, 7, 4, 12, 3),
    kind: 'message',
    author: { id: '+1', name: '<Anna>' },
    service: null,
    pieces: [{ kind: 'text', text: '👩‍👩‍👧‍👦 ❤️', spans: [] }],
    replyTo: { id: 'B', author: 'me', text: '<hm>' },
    reactions: [
      { author: 'me', emoji: '👍' },
      { author: { id: '+1', name: null }, emoji: '👍' },
    ],
    earlier: [{ text: '<old>', atMs: null }],
    isEdited: true,
    deliveredMs: null,
    readMs: null,
    marks: ['Recently deleted'],
  };
  const place = {
    isFirst: true,
    isNamed: true,
    isPrinted: false,
    display: new Display({ timeZone: 'UTC' }),
    saved: { of: () => [] } as unknown as SavedFiles,
    isHere: (id: string) => id === 'B',
  };

  it('shows who, what, when, reactions and earlier wordings', () => {
    const html = entryHtml(entry, place);
    expect(html).toContain('&lt;Anna&gt;');
    expect(html).toContain('class="bubble big"');
    expect(html).toContain('href="#m-B"');
    expect(html).toContain('👍 Me, +1');
    expect(html).toContain('&lt;old&gt; <small>date not known</small>');
    expect(html).toMatch(/12:03<\/time> · Edited · <span class="mark">Recently deleted/);
    expect(html).not.toMatch(/<(hm|old|Anna)>/);
    expect(entryHtml(entry, { ...place, isHere: () => false })).not.toContain('href="#m-B"');
  });

  it('shows pictures, and cards for what is not there', () => {
    const file = (name: string, state: 'present' | 'missing' = 'present') => ({
      kind: 'file' as const,
      file: { id: name, name, mimeType: null, sizeBytes: 1200, isSticker: false, state, files: () => [] },
    });
    const html = (name: string, paths: string[], state?: 'missing'): string =>
      entryHtml(
        { ...entry, pieces: [file(name, state)] },
        { ...place, saved: { of: () => paths } as unknown as SavedFiles },
      );
    expect(html('a.JPG', ['files/a b.jpg'])).toContain('<img src="files/a%20b.jpg" alt="a.JPG"');
    expect(html('a.heic', ['files/a.heic'])).toContain('<source srcset="files/a.heic" type="image/heic">');
    expect(html('a.mov', ['files/a.mov'])).toContain('<video controls');
    expect(html('evil.svg', ['files/evil.svg'])).toMatch(/<a class="card" href="files\/evil.svg" download>/);
    expect(html('evil.html', ['files/evil.html'])).toContain('download');
    expect(html('gone.jpg', [], 'missing')).toContain('Not in the backup');
  });
});
