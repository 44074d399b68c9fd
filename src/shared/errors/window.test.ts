import { describe, expect, it } from 'vitest';
import { BackstopError } from './backstop-error.ts';
import { catalogue, type ErrorCode } from './catalogue.ts';
import { describeForWindow } from './window.ts';

/** Errors of the terminal and of the simulated phone's own program, which no window meets. */
const NEVER_IN_A_WINDOW = /^(cli|simulator|server)\//;
const codes = (Object.keys(catalogue) as ErrorCode[]).filter((code) => !NEVER_IN_A_WINDOW.test(code));

describe('what a window says of an error', () => {
  it.each(codes)('%s names no option, command or variable of the terminal', (code) => {
    const { title, next } = describeForWindow(new BackstopError(code));
    for (const text of [title, next])
      expect(text).not.toMatch(/BACKSTOP_|\s--[a-z]|“(scrub|repair|ls|extract|unforget)”/);
    expect(next).toMatch(/[.!?)”}]$|unknown/);
  });

  it('offers the password sheet where a password is missing', () => {
    expect(describeForWindow(new BackstopError('app/password-needed'))).toMatchObject({ action: 'enter-password' });
    expect(
      describeForWindow(new BackstopError('backup/password-needed', { data: { missing: ['Health'] } })),
    ).toMatchObject({
      action: 'turn-on-encryption',
      explanation: 'Its backups would leave out: Health. Nothing was copied.',
    });
  });
});
