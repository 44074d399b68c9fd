import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type SearchDocument, type SearchedKind, SearchIndex } from './search-index.ts';
import { highlights, matchExpression, snippetOf } from './words.ts';

let db: Database.Database;
let index: SearchIndex;
beforeEach(() => {
  db = new Database(':memory:');
  index = SearchIndex.create(db);
});
afterEach(() => db.close());

let next = 0;
function message(text: string, more: Partial<SearchDocument> = {}): SearchDocument {
  next += 1;
  return { kind: 'messages', id: `m${next}`, group: 'chat', title: null, text, atMs: next, ...more };
}

async function fill(...texts: string[]): Promise<void> {
  next = 0;
  await index.add(
    'messages',
    texts.map((text) => message(text)),
  );
  index.finish();
}

const found = (typed: string): string[] => index.search(typed).map(({ id }) => id);

describe('search', () => {
  it('finds beginnings of words as they are typed, all of them, whatever their case and accents', async () => {
    await fill('See you at the Café Zürich', 'the cafe is closed', 'caffeine', 'Nothing here');
    expect(found('caf')).toEqual(['m3', 'm2', 'm1']);
    expect(found('CAFÉ zur')).toEqual(['m1']);
    expect(found('closed the')).toEqual(['m2']);
    expect(found('afe')).toEqual([]);
    expect(found('  ')).toEqual([]);
  });

  it('finds words in their order between quotation marks', async () => {
    await fill('red wine and white bread', 'white wine and red bread');
    expect(found('"white bread"')).toEqual(['m1']);
    expect(found('"red bread" wine')).toEqual(['m2']);
    expect(found('"red bre')).toEqual(['m2', 'm1']);
  });

  it('finds Chinese, Japanese, Thai, Arabic, Cyrillic, Korean and emoji', async () => {
    await fill(
      '我们明天去上海看电影',
      '東京タワーで会いましょう',
      'สวัสดีครับเพื่อน',
      'أهلاً بالعالم',
      'Привет мир',
      '안녕하세요',
      'party 🎉🎉',
    );
    expect(found('上海')).toEqual(['m1']);
    expect(found('海上')).toEqual([]);
    expect(found('タワー')).toEqual(['m2']);
    expect(found('ครับ')).toEqual(['m3']);
    expect(found('بالعا')).toEqual(['m4']);
    expect(found('ПРИВ')).toEqual(['m5']);
    expect(found('안녕')).toEqual(['m6']);
    expect(found('🎉')).toEqual(['m7']);
  });

  it('takes nothing that is typed for its own language', async () => {
    await fill('a NOT b', 'near (x) OR y* -z ^q body:text');
    for (const typed of [
      '"',
      '*',
      'NOT',
      'a AND',
      'OR',
      'NEAR(',
      '-z',
      '^q',
      'body:text',
      "'",
      ';--',
      '\\',
      '\0',
      'x'.repeat(100_000),
    ]) {
      expect(() => index.search(typed)).not.toThrow();
    }
    expect(found('not')).toEqual(['m1']);
    expect(found('body:text')).toEqual(['m2']);
  });

  it('gives the newest first, a page of each kind, and what was added later too', async () => {
    const notes: SearchDocument[] = [{ kind: 'notes', id: 'n', group: null, title: 'Word list', text: '', atMs: 5 }];
    await index.add(
      'messages',
      Array.from({ length: 30 }, () => message('word')),
    );
    await index.add('notes', notes);
    await index.add('messages', [message('word again')]);
    index.finish();
    const hits = index.search('word', { limit: 3 });
    expect(hits.map(({ kind }) => kind)).toEqual(['messages', 'messages', 'messages', 'notes']);
    expect(hits[0]?.snippet.text).toBe('word again');
    expect(hits[3]).toMatchObject({ title: 'Word list', snippet: { text: 'Word list', marks: [[0, 4]] } });
    const kinds: SearchedKind[] = ['notes'];
    expect(index.search('word', { kinds }).map(({ id }) => id)).toEqual(['n']);
  });

  it('shows the place where it was found', () => {
    const long = `${'x '.repeat(200)}the needle 👩‍👩‍👧 ${'y '.repeat(200)}`;
    const { text, marks } = snippetOf(long, 'Need');
    expect(text).toMatch(/^….*the needle .*…$/u);
    expect(marks.map(([start, end]) => text.slice(start, end))).toEqual(['need']);
    expect(text.isWellFormed()).toBe(true);
    expect(highlights('Zürich zurich', 'zur')).toEqual([
      [0, 3],
      [7, 10],
    ]);
    expect(snippetOf('line one\nline two', 'two').text).toBe('line one line two');
  });

  it('bounds what it takes', async () => {
    await index.add('messages', [message(`first ${'a'.repeat(600_000)} last`)]);
    expect(found('first')).toHaveLength(1);
    expect(found('last')).toEqual([]);
    expect(matchExpression(Array.from({ length: 100 }, (_, at) => `w${at}`).join(' '))?.split(' AND ')).toHaveLength(
      32,
    );
  });
});
