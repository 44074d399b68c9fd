import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { catalogue, type ErrorCode } from './catalogue.ts';
import { deviceLinkCodes, lockdownWord, lockdownWords, mobileBackupCode, mobileBackupCodes } from './device-codes.ts';

const src = join(import.meta.dirname, '../..');
const codes = Object.keys(catalogue) as ErrorCode[];

function sources(): { readonly path: string; readonly text: string }[] {
  return readdirSync(src, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts') && !name.includes('errors/areas/'))
    .map((name) => ({ path: name, text: readFileSync(join(src, name), 'utf8') }));
}

describe('the dictionary of errors', () => {
  it.each(codes)('%s is named and said as agreed', (code) => {
    expect(code).toMatch(/^[a-z][a-z0-9]*\/[a-z0-9]+(-[a-z0-9]+)*$/);
    const entry = catalogue[code];
    expect(entry.title).toMatch(/^[^.]{4,}[^.]$/);
    for (const sentence of [entry.explanation, entry.recovery]) {
      expect(sentence.trim()).toMatch(/[.!?)”}]$/);
      // Every brace belongs to a well-formed place.
      expect(sentence.replace(/\{[A-Za-z]\w*\}/g, '')).not.toMatch(/[{}]/);
    }
  });

  it('has a place in the program for every entry', () => {
    const text = sources()
      .map((source) => source.text)
      .concat(readFileSync(join(import.meta.dirname, 'device-codes.json'), 'utf8'))
      .join('\n');
    const orphans = codes.filter((code) => !text.includes(`'${code}'`) && !text.includes(`"${code}"`));
    expect(orphans).toEqual([]);
  });

  it('has an entry for every code that is thrown', () => {
    const thrown = sources().flatMap(({ text }) =>
      [...text.matchAll(/new BackstopError\(\s*'([^']+)'/g)].map((match) => match[1]),
    );
    expect(thrown.length).toBeGreaterThan(50);
    expect(thrown.filter((code) => !codes.includes(code as ErrorCode))).toEqual([]);
  });
});

describe('the numbers of the phone', () => {
  // The numbers of the device protocols reference, 4.10 and 4.7.
  const known = [
    1, 2, 3, 4, 5, 6, 7, 9, 11, 13, 14, 17, 22, 26, 100, 102, 103, 104, 105, 106, 202, 203, 205, 207, 208, 209, 211,
    212,
  ];

  it.each(known)('MBErrorDomain %i has a meaning, advice and a code of ours', (number) => {
    const entry = mobileBackupCode(number);
    expect(entry?.meaning).toBeTruthy();
    expect(entry?.advice).toMatch(/\.$/);
    expect(codes).toContain(entry?.code);
  });

  it('knows no number twice and none by chance', () => {
    expect(mobileBackupCodes.map((entry) => entry.number)).toEqual(known);
    expect(mobileBackupCode(999)).toBeNull();
  });

  it('knows the statuses that a host answers', () => {
    expect(deviceLinkCodes.map((entry) => entry.status)).toEqual([0, -1, -6, -7, -8, -9, -10, -11, -13, -15]);
    for (const entry of deviceLinkCodes) expect(entry.meaning).toBeTruthy();
  });
});

describe('the words of lockdownd', () => {
  it.each(lockdownWords)('$name has a meaning and a code of ours', ({ name, meaning, code }) => {
    expect(name).toMatch(/^[A-Za-z]+$/);
    expect(meaning).toMatch(/^[^.]{8,}[^.]$/);
    expect(codes).toContain(code);
  });

  it('are each there once', () => {
    expect(new Set(lockdownWords.map((entry) => entry.name)).size).toBe(lockdownWords.length);
    expect(lockdownWord('FMiPProtected')?.meaning).toContain('Find My');
    expect(lockdownWord('toString')).toBeNull();
  });
});
