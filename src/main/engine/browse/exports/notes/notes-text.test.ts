import { describe, expect, it } from 'vitest';
import { noteHtml } from './note-html.ts';
import { noteMarkdown } from './note-markdown.ts';
import type { WritableBlock, WritableSpan } from './writable-note.ts';

const span = (text: string, looks: Partial<WritableSpan> = {}): WritableSpan => ({
  text,
  isBold: false,
  isItalic: false,
  isUnderlined: false,
  isStruck: false,
  link: null,
  ...looks,
});
const line = (text: string): WritableBlock => ({ type: 'text', isQuote: false, spans: [span(text)] });
const item = (text: string, indent = 0, isChecked = false): WritableBlock => ({
  type: 'item',
  kind: 'checklist',
  indent,
  isChecked,
  spans: [span(text)],
});
const note = (...blocks: WritableBlock[]) => ({ title: 'T', about: ['Notes'], blocks });

describe('noteMarkdown', () => {
  it('keeps lines, lists, tables and looks, and takes no sign of the text for a mark', () => {
    const text = noteMarkdown(
      note(
        { type: 'heading', kind: 'title', spans: [span('Big # day')] },
        line('1. no list'),
        line('- neither *this*'),
        line(''),
        { type: 'text', isQuote: true, spans: [span('said '), span(' loud ', { isBold: true, isItalic: true })] },
        item('milk', 0, true),
        item('oats', 1),
        {
          type: 'table',
          rows: [
            ['a|b', 'c'],
            ['line\nbreak', ''],
          ],
        },
        { type: 'code', lines: ['```', 'x*y'] },
        { type: 'file', path: 'T - attachments/a (1).jpeg', name: 'a (1).jpeg' },
        { type: 'text', isQuote: false, spans: [span('web', { link: 'https://example.org/a(b)' })] },
        { type: 'text', isQuote: false, spans: [span('bad', { link: 'javascript:alert(1)' })] },
      ),
    );
    expect(text).toBe(
      [
        '# Big # day',
        '',
        '1\\. no list  ',
        '\\- neither \\*this\\*',
        '',
        '> said  ***loud*** ',
        '',
        '- [x] milk',
        '    - [ ] oats',
        '',
        '| a\\|b | c |',
        '| --- | --- |',
        '| line<br>break |  |',
        '',
        '````',
        '```',
        'x*y',
        '````',
        '',
        '![a (1).jpeg](T%20-%20attachments/a%20%281%29.jpeg)',
        '',
        '[web](https://example.org/a%28b%29)  ',
        'bad',
        '',
      ].join('\n'),
    );
  });

  it('is nothing for a note without anything', () => {
    expect(noteMarkdown(note())).toBe('');
    expect(noteMarkdown(note(line(''), line('')))).toBe('');
  });
});

describe('noteHtml', () => {
  it('lets nothing of a note become a part of the page', () => {
    const evil = '"><script>alert(1)</script>';
    const html = noteHtml({
      title: evil,
      about: [evil],
      blocks: [
        line(evil),
        { type: 'table', rows: [[evil]] },
        { type: 'code', lines: [evil] },
        { type: 'file', path: evil, name: evil },
        { type: 'remark', text: evil },
        { type: 'text', isQuote: false, spans: [span('x', { link: 'javascript:alert(1)' })] },
      ],
    });
    expect(html).not.toContain('<script');
    expect(html).not.toContain('javascript:');
  });

  it('closes every list it opens, however lines are indented', () => {
    const dotted: WritableBlock = { type: 'item', kind: 'dotted', indent: 0, isChecked: false, spans: [span('z')] };
    const html = noteHtml(note(item('a', 2), item('b', 0, true), dotted, line('end'), item('c', 1)));
    expect(html.match(/<ul/g)).toHaveLength(html.match(/<\/ul>/g)?.length ?? -1);
    expect(html).toContain('<input type="checkbox" disabled checked> b');
  });
});
