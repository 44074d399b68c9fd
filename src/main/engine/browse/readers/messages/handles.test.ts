import { describe, expect, it } from 'vitest';
import { currentTapbacks, HandleBook, normaliseHandle } from './index.ts';
import type { Tapback } from './types.ts';

describe('a handle', () => {
  it.each([
    ['+49 170 1234567', '0170 1234567'],
    ['+49 170 1234567', '0049-170/123 45 67'],
    ['tel:+1 (212) 555-0100', '212 555 0100'],
    ['\u202a+44 7700 900123\u202c', '07700900123'],
    ['+971 50 123 4567', '٠٥٠١٢٣٤٥٦٧'],
    ['Anna@Example.org', 'anna@example.ORG '],
  ])('%s is the same as %s', (one, other) => {
    expect(normaliseHandle(one)).toBe(normaliseHandle(other));
  });

  it('may be a short code or the name of a sender', () => {
    expect(normaliseHandle('22395')).toBe('22395');
    expect(normaliseHandle('PayPal')).toBe('paypal');
    expect(normaliseHandle('22395')).not.toBe(normaliseHandle('122395'));
  });
});

describe('a book of handles', () => {
  const book = new HandleBook<string>();
  book.add('0170 1234567', 'Anna');
  book.add('12345678', 'Bo');
  book.add('212 555 0100', 'Carol');
  book.add('+1 312 555 0100', 'Dave');
  book.add('carol@example.org', 'Carol');
  book.add('5551234', 'Eve');
  book.add('5551234', 'Frank');

  it.each([
    ['+491701234567', 'Anna'],
    ['+4512345678', 'Bo'],
    ['+12125550100', 'Carol'],
    ['+13125550100', 'Dave'],
    ['CAROL@example.org', 'Carol'],
    ['+14155550100', null],
    ['+19175551234', null],
    ['12345', null],
  ])('knows whose %s is', (handle, name) => {
    expect(book.find(handle)).toBe(name);
  });
});

describe('tapbacks', () => {
  const tapback = (id: string, about: Partial<Tapback>): Tapback => ({
    id,
    kind: 'love',
    isRemoval: false,
    emoji: null,
    targetId: 'm',
    targetPart: 0,
    isFromMe: false,
    sender: 'anna',
    atMs: 0,
    attachments: [],
    ...about,
  });

  it('count once for each person, the last one', () => {
    const shown = currentTapbacks([
      tapback('1', {}),
      tapback('2', { kind: 'laugh' }),
      tapback('3', { sender: 'bo' }),
      tapback('4', { sender: null, isFromMe: true, kind: 'like' }),
    ]);
    expect(shown.map(({ id }) => id)).toEqual(['2', '3', '4']);
  });

  it('go when they are taken back, stickers one by one', () => {
    const shown = currentTapbacks([
      tapback('1', {}),
      tapback('2', { isRemoval: true }),
      tapback('3', { kind: 'sticker' }),
      tapback('4', { kind: 'sticker' }),
      tapback('5', { kind: 'sticker', isRemoval: true }),
      tapback('6', { sender: 'bo', kind: 'like' }),
      tapback('7', { sender: 'bo', kind: 'love', isRemoval: true }),
    ]);
    expect(shown.map(({ id }) => id)).toEqual(['3', '6']);
  });
});
