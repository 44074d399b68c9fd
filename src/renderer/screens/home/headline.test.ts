import { describe, expect, it } from 'vitest';
import type { PhoneView, VaultView } from '../../../shared/contract/procedures/index.ts';
import { dateText, timeText } from '../../text/formats.ts';
import { healthSentence } from '../../text/health.ts';
import { headline, needOf } from './headline.ts';

const now = new Date('2026-11-20T20:00:00');
const at = (text: string): string => new Date(text).toISOString();
const today = at('2026-11-20T19:46:00');
const old = at('2026-11-12T19:46:00');

function phone(
  rule: PhoneView['health']['rule'],
  facts: Partial<PhoneView> = {},
  until: string | null = today,
): PhoneView {
  return {
    udid: 'A',
    name: 'iPhone',
    productType: null,
    model: null,
    ios: null,
    capacityBytes: null,
    usedBytes: null,
    isConnected: true,
    isDemo: false,
    connections: ['usb'],
    pairing: 'paired',
    encrypted: true,
    password: { kept: 'memory', testedAt: null },
    batteryPercent: null,
    isCharging: null,
    lastSeenAt: null,
    backups: 1,
    newest: null,
    lastVerifiedAt: until,
    lastFailure: null,
    health: { rule, facts: {}, protectedUntil: until },
    next: { reason: 'off', at: null },
    cleanup: null,
    fence: Array.from({ length: 30 }, () => 'none' as const),
    ...facts,
  };
}
const disk = { name: 'Studio SSD', isMain: true, isOnline: true } as VaultView;
const say = (...phones: PhoneView[]): string => headline(phones, [disk], 3, now);

describe('the headline of Home', () => {
  it('counts what is protected', () => {
    expect(say(phone('well'))).toBe('Your iPhone is protected.');
    expect(say(phone('well'), phone('nearly-full'))).toBe('Both iPhones are protected.');
    expect(say(phone('well'), phone('well'), phone('trust-withdrawn', {}, old))).toBe(
      'Two iPhones are protected. One needs its cable.',
    );
    expect(say(phone('well'), phone('well'), phone('passcode-wanted', {}, old))).toBe(
      'Two iPhones are protected. One needs its passcode.',
    );
    expect(say(phone('no-backup', {}, null))).toBe('Nothing is protected yet.');
    expect(say(phone('well'), phone('no-backup', {}, null))).toBe('One iPhone is protected. One has no backup yet.');
  });

  it('never calls a phone protected whose newest verified backup is too old', () => {
    expect(needOf(phone('well', {}, old), 3, now)).toBe('you');
    expect(say(phone('well', {}, old))).toBe('Your iPhone needs a new backup.');
    expect(say(phone('backing-up', {}, old))).toBe('Your iPhone is being backed up.');
    expect(say(phone('backing-up'))).toBe('Your iPhone is protected.');
  });

  it('says first that the disk is away', () => {
    expect(headline([phone('well')], [{ ...disk, isOnline: false } as VaultView], 3, now)).toBe(
      'Studio SSD is not connected, so nothing new is being backed up.',
    );
  });
});

describe('the sentence about a phone', () => {
  const text = (one: PhoneView): string => healthSentence(one, null, now).text;

  it('names the moment and its day', () => {
    expect(healthSentence(phone('well'), null, now)).toEqual({
      mark: 'ok',
      text: `Everything up to ${timeText(today)} today can be brought back.`,
    });
    expect(text(phone('trust-withdrawn', {}, old))).toBe(
      `Nothing newer than ${dateText(old, now)} is protected. It no longer trusts this computer.`,
    );
    expect(text(phone('not-seen', { isConnected: false, lastSeenAt: old }, old))).toBe(
      `Nothing newer than ${dateText(old, now)} is protected. This iPhone has not been seen since ${dateText(old, now)}.`,
    );
    expect(text(phone('last-attempt-failed'))).toBe(
      `The last backup failed. Everything up to ${timeText(today)} today can be brought back.`,
    );
  });

  it('never draws green without a moment that was read back', () => {
    expect(healthSentence(phone('well', {}, null), null, now).mark).toBe('idle');
  });

  it('says room and disk of a disk that is nearly full', () => {
    const one = phone('nearly-full');
    const full = { ...one, health: { ...one.health, facts: { disk: 'Studio SSD', room: 1 } } };
    expect(text(full)).toBe(
      `Everything up to ${timeText(today)} today can be brought back. Studio SSD has room for about 1 more backup.`,
    );
  });
});
