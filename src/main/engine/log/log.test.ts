import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BackstopError } from '../../../shared/errors/index.ts';
import { openLogFile } from './file-sink.ts';
import { createLogger, openLog } from './index.ts';
import type { LogLevel } from './logger.ts';

const clock = { now: () => new Date('2026-11-23T10:00:00Z'), monotonicMs: () => 0 };

function recording(level: LogLevel = 'debug') {
  const lines: string[] = [];
  const log = createLogger({ sink: (line) => lines.push(line), level, clock });
  const entry = (): Record<string, unknown> => JSON.parse(lines.at(-1) ?? '{}') as Record<string, unknown>;
  return { lines, log, entry };
}

describe('a log line', () => {
  it('is one JSON object with what was bound', () => {
    const { lines, log, entry } = recording();
    log.bind({ area: 'device', jobId: 'j1' }).bind({ device: '00008110-001A2B3C4D5E6F70' }).info('lockdown.session', {
      tls: true,
    });
    expect(lines).toHaveLength(1);
    expect(entry()).toEqual({
      time: '2026-11-23T10:00:00.000Z',
      level: 'info',
      area: 'device',
      event: 'lockdown.session',
      jobId: 'j1',
      device: '0000…6F70',
      data: { tls: true },
    });
  });

  it('stays one line, and keeps characters that turn the writing as codes', () => {
    const { lines, log } = recording();
    log.warn('x', { text: 'a\nb\u202ec' });
    expect(lines[0]).not.toMatch(/[\n\u202e]/);
    expect(lines[0]).toContain('\\u202e');
  });

  it('is left out below the level that was asked for', () => {
    const { lines, log } = recording('warn');
    log.info('story');
    log.debug('wire');
    log.warn('coped');
    log.error('act');
    expect(lines).toHaveLength(2);
  });
});

describe('redaction of real shapes', () => {
  const pem = '-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEAx\n-----END RSA PRIVATE KEY-----';
  const key = 'q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA=';
  const udid = '00008110-001A2B3C4D5E6F70';
  const old = '0123456789abcdef0123456789abcdef01234567';
  const pairRecord = {
    HostID: '7B5D1A9C-1B2C-4D3E-8F90-ABCDEF012345',
    SystemBUID: '0D6C8F2A-1111-2222-3333-444455556666',
    HostCertificate: Buffer.from(pem),
    HostPrivateKey: Buffer.from(pem),
    RootPrivateKey: pem,
    EscrowBag: Buffer.alloc(32, 7),
    WiFiMACAddress: 'aa:bb:cc:dd:ee:ff',
  };

  it.each<[string, Record<string, unknown>, readonly string[]]>([
    ['a pair record', { record: pairRecord }, [pairRecord.HostID, pairRecord.SystemBUID, 'MIIE', 'BwcHBwc']],
    ['a pair record by name', { pairRecord }, ['WiFi', 'MIIE']],
    [
      'passwords',
      { password: 'hunter22', NewPassword: 'tr0ub4', backup: { passphrase: 'x1y2z3' } },
      ['hunter22', 'tr0ub4', 'x1y2z3'],
    ],
    ['a numeric password', { password: 4711 }, ['4711']],
    ['a passcode', { passcode: '123456' }, ['123456']],
    ['keys', { key: 'abc123', classKey: 'def456', keyBag: { WPKY: 'ghi789' } }, ['abc123', 'def456', 'ghi789']],
    ['a key in a message', { detail: `unwrapped ${key} at last` }, [key]],
    ['a PEM block in a message', { detail: `bad ${pem}` }, ['MIIE']],
    [
      'UDIDs in a message',
      { detail: `phone ${udid} and ${old} and 00008110001A2B3C4D5E6F70` },
      [udid, old, '00008110001A2B3C4D5E6F70'],
    ],
    ['an UDID as a field name', { [udid]: 1 }, [udid]],
    ['bytes', { chunk: new Uint8Array([104, 117, 110, 116, 101, 114]) }, ['hunter', '104']],
    [
      'an error',
      {
        error: new BackstopError('internal/bug', {
          message: `at ${udid}`,
          data: { udid, password: 'hunter22' },
          cause: new Error(pem),
        }),
      },
      [udid, 'hunter22', 'MIIE'],
    ],
  ])('hides %s at every level', (_what, facts, secrets) => {
    const { lines, log } = recording();
    log.error('e', facts);
    log.warn('e', facts);
    log.info('e', facts);
    log.debug('e', facts);
    expect(lines).toHaveLength(4);
    for (const secret of secrets) expect(lines.join('\n')).not.toContain(secret);
  });

  it('keeps counts, hashes and places that help', () => {
    const { log, entry } = recording();
    const sha256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
    const facts = {
      keysUnwrapped: 12,
      hasPassword: true,
      object: sha256,
      at: '/Users/somebody/Library/ApplicationSupport/Backstop/Caches/Things',
    };
    log.info('e', facts);
    expect(entry()['data']).toEqual(facts);
  });

  it('shows file names only outside the story of a job', () => {
    const { lines, log } = recording();
    log.info('file.stored', { relativePath: 'Library/SMS/sms.db', name: 'Anna’s iPhone' });
    log.debug('file.stored', { relativePath: 'Library/SMS/sms.db' });
    expect(lines[0]).not.toContain('sms.db');
    expect(lines[0]).not.toContain('Anna');
    expect(lines[1]).toContain('sms.db');
  });

  it('bounds what comes from outside, cycles included', () => {
    const { lines, log } = recording();
    const loop: Record<string, unknown> = {
      text: 'x'.repeat(100_000),
      list: Array.from({ length: 10_000 }, (_, i) => i),
    };
    loop['self'] = loop;
    log.info('e', { loop, big: 2n ** 70n, when: new Date(Number.NaN) });
    expect(lines[0]?.length).toBeLessThan(40_000);
  });

  it('tells where in our sources only for what has no code of ours', () => {
    const { log, entry } = recording();
    log.error('e', { error: new TypeError('x is not a function') });
    expect(entry()['stack']).toBeInstanceOf(Array);
    log.error('e', { error: new BackstopError('internal/cancelled') });
    expect(entry()['stack']).toBeUndefined();
  });
});

describe('the log file', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'backstop-log-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const text = (path: string): string => readFileSync(path, 'utf8');

  it('lies in a private folder of Backstop’s own', () => {
    openLog(folder, {}).info('started');
    const path = join(folder, 'logs', 'backstop.log');
    expect(text(path)).toContain('"event":"started"');
    if (process.platform !== 'win32') {
      expect(statSync(path).mode & 0o777).toBe(0o600);
      expect(statSync(join(folder, 'logs')).mode & 0o777).toBe(0o700);
    }
  });

  it('writes the wire when asked', () => {
    openLog(folder, { BACKSTOP_LOG_LEVEL: 'debug' }).debug('frame');
    expect(text(join(folder, 'logs', 'backstop.log'))).toContain('frame');
  });

  it('keeps a bounded number of bounded files, the newest lines first', () => {
    const path = join(folder, 'a.log');
    const sink = openLogFile(path, { maxBytes: 100, keep: 2 });
    for (let i = 0; i < 100; i += 1) sink(`line ${String(i).padStart(5, '0')}`);
    expect(text(path)).toContain('line 00099');
    expect(statSync(path).size + statSync(`${path}.1`).size + statSync(`${path}.2`).size).toBeLessThan(3 * 120);
    expect(statSync(`${path}.3`, { throwIfNoEntry: false })).toBeUndefined();
  });

  it('is shared by two processes without losing a line at the turn', () => {
    const path = join(folder, 'a.log');
    const one = openLogFile(path, { maxBytes: 200, keep: 9 });
    const two = openLogFile(path, { maxBytes: 200, keep: 9 });
    for (let i = 0; i < 40; i += 1) (i % 2 === 0 ? one : two)(`line ${String(i).padStart(5, '0')}`);
    const all = [path, ...Array.from({ length: 9 }, (_, i) => `${path}.${i + 1}`)]
      .filter((name) => statSync(name, { throwIfNoEntry: false }) !== undefined)
      .map(text)
      .join('');
    expect(all.match(/line \d{5}/g)?.toSorted()).toEqual(
      Array.from({ length: 40 }, (_, i) => `line ${String(i).padStart(5, '0')}`),
    );
  });

  it('never stops the work when it cannot be written', () => {
    writeFileSync(join(folder, 'in-the-way'), '');
    const sink = openLogFile(join(folder, 'in-the-way', 'a.log'));
    expect(() => sink('x')).not.toThrow();
    mkdirSync(join(folder, 'folder.log'));
    expect(() => openLogFile(join(folder, 'folder.log'))('x')).not.toThrow();
  });
});
