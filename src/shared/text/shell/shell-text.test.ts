import { describe, expect, it } from 'vitest';
import { dateInSentence, shellCount, shellText, whenInSentence } from './index.ts';

describe('words of the shell', () => {
  it('take facts in, and nothing that turns or breaks the line', () => {
    expect(shellText('tray.backingUp', { name: 'A\u202eb\nc' })).toBe('Backing up A b c');
    expect(shellText('tray.backingUp', { name: '{percent}' })).toBe('Backing up {percent}');
    expect(shellText('tray.backingUp')).toBe('Backing up unknown');
  });
  it('count', () => {
    expect(shellCount('tray.minutes', 1)).toBe('1 minute');
    expect(shellCount('tray.minutes', 4)).toBe('4 minutes');
    expect(shellCount('n10.body', 96_410)).toBe('96,410 files cannot be read. Everything else is fine.');
  });
  it('name days as people do', () => {
    const now = new Date(2026, 10, 23, 12);
    const at = (day: number, hour = 18): string => new Date(2026, 10, day, hour, 2).toISOString();
    expect(whenInSentence(at(23), now, 'en-GB')).toBe('today, 18:02');
    expect(whenInSentence(at(22, 23), now, 'en-GB')).toBe('yesterday, 23:02');
    expect(dateInSentence(at(12), now, 'en-GB')).toBe('12 November');
    expect(dateInSentence(new Date(2025, 10, 12).toISOString(), now, 'en-GB')).toBe('12 November 2025');
  });
});
