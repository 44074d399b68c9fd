import { describe, expect, it } from 'vitest';
import { ENTROPY_BITS, generatePassword } from './generate.ts';
import { gradeOf } from './strength.ts';
import { words } from './words.ts';

describe('generated passwords', () => {
  it('come from enough different plain words', () => {
    expect(new Set(words).size).toBe(words.length);
    expect(words.length).toBeGreaterThanOrEqual(1024);
    expect(words.filter((word) => !/^[a-z]{3,9}$/.test(word))).toEqual([]);
    expect(ENTROPY_BITS).toBeGreaterThanOrEqual(50);
  });

  it('are four words and a number between them', () => {
    for (let n = 0; n < 200; n++) {
      const parts = generatePassword().split('-');
      expect(parts).toHaveLength(5);
      expect(parts.filter((part) => /^\d{3}$/.test(part))).toHaveLength(1);
      expect(parts[0]).toMatch(/^[a-z]+$/);
      expect(parts[4]).toMatch(/^[a-z]+$/);
    }
    expect(new Set(Array.from({ length: 500 }, () => generatePassword())).size).toBe(500);
  });
});

describe('the grade of a password', () => {
  it('needs ten characters before anything else counts', () => {
    expect(gradeOf('aB3$xY9', 20)).toBe('short');
    expect(gradeOf('passwordpassword', 4)).toBe('easy');
    expect(gradeOf('middling words', 9)).toBe('fair');
    expect(gradeOf('harbor-velvet-507', 12)).toBe('strong');
    expect(gradeOf('harbor-velvet-507-anchor-mill', 18)).toBe('veryStrong');
  });
});
