import { describe, expect, it } from 'vitest';
import { describeError, mobileBackupCodes } from '../../../shared/errors/index.ts';
import { makesNextFull, phoneError } from './phone-errors.ts';

describe('an error number of the phone', () => {
  it.each(mobileBackupCodes)('$number is said under $code, with nothing left unknown', ({ number, code }) => {
    const described = describeError(phoneError(number, 'Some text (MBErrorDomain/x).'));
    expect(described.code).toBe(code);
    // The session knows how much was free, and adds it.
    expect(`${described.message} ${described.next}`.replace('(unknown free)', '')).not.toMatch(
      /unknown|undefined|[{}]/,
    );
  });

  it('keeps the phone’s own words when nobody has described it', () => {
    const described = describeError(phoneError(999, 'The moon is in the way.'));
    expect(described.code).toBe('backup/phone-error');
    expect(described.message).toContain('999');
    expect(described.message).toContain('The moon is in the way.');
  });

  it('says what a number means and what to do when the phone gives no text', () => {
    const described = describeError(phoneError(211, ''));
    expect(described.message).toContain('Find My is on');
    expect(described.next).toMatch(/^Switch Find My off/);
  });

  it('may come without a number', () => {
    expect(describeError(phoneError(null, 'Broken')).code).toBe('backup/phone-error');
  });

  it('makes the next backup a full one when this one did not fit its own list', () => {
    expect(makesNextFull(phoneError(205, '').code)).toBe(true);
    expect(makesNextFull(phoneError(208, '').code)).toBe(false);
  });
});
