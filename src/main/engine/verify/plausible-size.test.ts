import { describe, expect, it } from 'vitest';
import { judgeSize } from './plausible-size.ts';

describe('the size of a stored payload', () => {
  it.each([
    [5, 5, false, 'a.jpg', 'plausible'],
    [0, 0, false, 'a.jpg', 'plausible'],
    [0, 0, true, 'a.jpg', 'plausible'],
    [16, 0, true, 'a.jpg', 'plausible'],
    [16, 15, true, 'a.jpg', 'plausible'],
    [32, 16, true, 'a.jpg', 'plausible'],
    [16, 16, true, 'a.jpg', 'plausible'],
    [0, 5, false, 'a.jpg', 'damaged'],
    [0, 5, true, 'sms.db', 'damaged'],
    [17, 5, true, 'a.jpg', 'damaged'],
    [4, 5, false, 'a.jpg', 'damaged'],
    [6, 5, false, 'a.jpg', 'differs'],
    [4096, 8192, false, 'Library/SMS/sms.db', 'plausible'],
    [4112, 8192, true, 'Library/x.sqlite-wal', 'plausible'],
    [16, 100, true, 'a.jpg', 'damaged'],
    [160, 100, true, 'a.jpg', 'differs'],
  ] as const)('%i stored for %i (encrypted: %s, %s) is %s', (stored, size, encrypted, name, kind) => {
    expect(judgeSize(stored, size, encrypted, name).kind).toBe(kind);
  });
});
