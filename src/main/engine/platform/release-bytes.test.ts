import { expect, test } from 'vitest';
import { releaseBytes } from './release-bytes.ts';

test('memory of its own is given back, a part of a larger buffer is left alone', () => {
  const own = Buffer.allocUnsafeSlow(100);
  releaseBytes(own);
  expect(own.length).toBe(0);
  const whole = Buffer.allocUnsafeSlow(100).fill(7);
  releaseBytes(whole.subarray(0, 50));
  releaseBytes(null);
  expect(whole[60]).toBe(7);
});
