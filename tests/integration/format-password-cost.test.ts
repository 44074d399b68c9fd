import { expect, it } from 'vitest';
import { deriveKek } from '../../src/main/engine/formats/index.ts';

const SECOND = 1000;

it('derives a real phone’s 10,000,000 iterations beside the event loop', { timeout: 120 * SECOND }, async () => {
  const salt = Buffer.alloc(20);
  let turns = 0;
  const ticking = setInterval(() => {
    turns += 1;
  }, 5);
  try {
    const kek = await deriveKek(
      { salt, iterations: 10_000, doubleProtection: { salt, iterations: 10_000_000 } },
      'test',
    );
    // Computed with Python's hashlib.
    expect(kek.toString('hex')).toBe('5c4563d648b2b31f7563902d5a0772c5fd5cfe291d46f62fe6ab5ebbcb6bca1e');
  } finally {
    clearInterval(ticking);
  }
  expect(turns).toBeGreaterThan(20);
});
