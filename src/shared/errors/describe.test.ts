import { describe, expect, it } from 'vitest';
import { BackstopError } from './backstop-error.ts';
import { clean, describeError, fill } from './describe.ts';

describe('describeError', () => {
  it('fills the places of its sentences', () => {
    const described = describeError(new BackstopError('cli/password-file', { data: { file: '/x', reason: 'ENOENT' } }));
    expect(described.message).toContain('/x');
    expect(described).toMatchObject({ code: 'cli/password-file', exitCode: 2, olderSnapshotsSafe: true });
  });

  it('calls an unknown failure a bug, without its stack', () => {
    const described = describeError(new TypeError('x is not a function'));
    expect(described.code).toBe('internal/bug');
    expect(described.message).not.toMatch(/\.ts:\d+/);
  });

  it('knows a cancellation by its signal', () => {
    const controller = new AbortController();
    controller.abort();
    expect(describeError(controller.signal.reason)).toMatchObject({ code: 'internal/cancelled', exitCode: 130 });
  });

  it('says unknown for a missing fact', () => {
    expect(fill('needs {needed} of {free}', { needed: 5 })).toBe('needs 5 of unknown');
  });

  it('lets no control or direction character of a phone through', () => {
    expect(clean('a\u0007b\u202ec\nd')).toBe('a b c d');
    expect(clean('a\u0085b\u2028c\u061cd\u2066e')).toBe('a b c d e');
    expect(clean('x'.repeat(900)).length).toBe(500);
  });

  it('cuts no character in half', () => {
    const cut = clean(`${'x'.repeat(498)}😀${'x'.repeat(50)}`);
    expect(cut.length).toBe(500);
    expect(cut.isWellFormed()).toBe(true);
  });
});
