import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';

vi.hoisted(() => {
  process.env['BACKSTOP_TIMEOUT_SCALE'] = '0.01';
});

import type { JsonObject } from '../../src/main/simulator/json.ts';
import { AgentAndHost, type Ended } from '../support/agent-and-host.ts';

/** Each fault of the simulated phone is what its table says, and passes: the next backup is whole again. */

interface FaultCase {
  readonly kind: string;
  readonly at?: JsonObject;
  readonly options?: JsonObject;
  /** How it ends for the host, and for the phone. */
  readonly host: string;
  readonly agent: string;
}

const LOST = { host: 'ended-without-answer', agent: 'cut by a fault' };
const DONE = { host: 'finished', agent: 'done' };
const NONSENSE = { host: 'threw', agent: 'connection lost' };

const faults: readonly FaultCase[] = [
  ...['VersionExchange', 'DeviceReady', 'hello'].map((message) => ({
    kind: 'drop',
    at: { message },
    host: 'threw',
    agent: 'cut by a fault',
  })),
  ...[1, 2, 5, 20].map((message) => ({ kind: 'drop', at: { message }, ...LOST })),
  ...['sent', 'answered'].map((when) => ({
    kind: 'drop',
    at: { message: 'CreateDirectory' },
    options: { when },
    ...LOST,
  })),
  ...['payloads', 'manifest', 'moves', 'manifest-move', 'final-status', 'snapshot-removal', 'verification'].map(
    (message) => ({
      kind: 'drop',
      at: { message },
      options: { when: 'answered' },
      ...LOST,
    }),
  ),
  { kind: 'drop', at: { message: 'payloads' }, options: { how: 'reset' }, ...LOST },
  { kind: 'drop', at: { message: 'Response' }, ...LOST },
  { kind: 'drop', at: { message: 'Response' }, options: { when: 'sent' }, host: 'finished', agent: 'cut by a fault' },
  { kind: 'drop', at: { file: 2, bytes: 100 }, ...LOST },
  { kind: 'stall', at: { message: 'moves' }, options: { ms: 5 }, ...DONE },
  { kind: 'stall', at: { file: 1 }, options: { ms: 5 }, ...DONE },
  { kind: 'slow', at: { message: 'moves' }, options: { segment: 100 }, ...DONE },
  { kind: 'ping', at: { message: 'moves' }, ...DONE },
  { kind: 'unknown-message', at: { message: 'GetFreeDiskSpace' }, ...DONE },
  { kind: 'cancel-request', at: { message: 'payloads' }, ...DONE },
  { kind: 'garbage', at: { message: 'payloads' }, ...NONSENSE },
  {
    kind: 'garbage',
    at: { message: 'moves' },
    options: { afterwards: 'drop' },
    host: 'threw',
    agent: 'cut by a fault',
  },
  { kind: 'garbage', at: { file: 1 }, options: { afterwards: 'drop' }, ...LOST },
  { kind: 'wrong-length', at: { message: 'moves' }, ...NONSENSE },
  { kind: 'wrong-length', at: { message: 'moves' }, options: { length: 0x8000_0000 }, ...NONSENSE },
  { kind: 'wrong-length', at: { file: 1 }, options: { field: 'device-name' }, ...NONSENSE },
  { kind: 'wrong-length', at: { file: 1 }, options: { field: 'host-name', length: 65_536 }, ...NONSENSE },
  { kind: 'wrong-length', at: { file: 1 }, options: { field: 'block', afterwards: 'drop' }, ...LOST },
  { kind: 'no-message', at: { message: 'moves' }, ...NONSENSE },
  { kind: 'disconnect', at: { message: 'moves' }, ...LOST },
  ...[1, 3, 22, 104, 105, 106, 202, 205, 207, 208, 209, 211, 212, 999].map((code) => ({
    kind: 'error',
    at: { message: 'payloads' },
    options: { code },
    host: `failed ${code}`,
    agent: 'failed',
  })),
  { kind: 'error', at: { message: 'Response' }, options: { code: 1 }, host: 'failed 1', agent: 'failed' },
  { kind: 'old-device-link', ...DONE },
  { kind: 'hello-error', host: 'threw', agent: 'no common version' },
  ...['xml', 'reals-as-integers', 'extra-elements', 'files-spelling', 'block-size'].map((kind) => ({ kind, ...DONE })),
  ...['backwards', 'negative', 'zero', 'huge', 'nan'].map((shape) => ({
    kind: 'progress',
    options: { shape },
    ...DONE,
  })),
  { kind: 'low-space', host: 'failed 105', agent: 'failed' },
  { kind: 'no-response', ...LOST },
  { kind: 'no-response', options: { how: 'disconnect' }, ...LOST },
  { kind: 'zero-block', at: { file: 1 }, ...NONSENSE },
  { kind: 'empty-name', at: { file: 1 }, ...NONSENSE },
  ...['duplicate', 'empty-blocks', 'unknown-block', 'late-error-code'].map((kind) => ({
    kind,
    at: { file: 1 },
    ...DONE,
  })),
  { kind: 'unreadable', at: { file: 1 }, options: { thenError: 104 }, host: 'failed 104', agent: 'failed' },
  { kind: 'unreadable', at: { file: 1, bytes: 50 }, options: { code: 6 }, ...DONE },
];

function ended({ host }: Ended): string {
  return host.kind === 'failed' ? `failed ${host.code}` : host.kind;
}

function shown({ kind, at, options }: FaultCase): string {
  return `${kind} ${JSON.stringify({ ...at, ...options })}`;
}

let both: AgentAndHost;
beforeAll(async () => {
  both = new AgentAndHost({ files: 60, bytes: 1e6 });
  await both.backup();
});
afterAll(() => both[Symbol.asyncDispose]());
afterEach(() => both.service.clearFaults?.());

/** A file that no backup holds yet. */
function takePhoto(): string {
  const paths = (): string[] => [...both.phone.content.files()].map(({ relativePath }) => relativePath);
  const before = new Set(paths());
  both.phone.content.mutate({ add: { photos: 1 } });
  const path = paths().find((one) => !before.has(one) && one.includes('DCIM'));
  if (path === undefined) throw new Error('no photo was taken');
  return path;
}

/** A backup without faults, after which everything is as on the phone. */
async function expectRepaired(): Promise<void> {
  both.service.clearFaults?.();
  expect(ended(await both.backup())).toBe('finished');
  const { files, problems } = await both.read();
  expect(problems).toEqual([]);
  expect(files).toEqual(await both.truth());
}

describe('faults of the backup conversation', () => {
  it.each(faults.map((fault) => [shown(fault), fault] as const))('%s', async (_name, fault) => {
    both.phone.content.mutate({ percent: 10 });
    both.arm(fault.kind, fault.at, fault.options);
    const run = await both.backup();
    expect(ended(run)).toBe(fault.host);
    expect(run.report['outcome']).toBe(fault.agent);
    expect(both.service.report?.()['armedFaults']).toBe(0);
    await expectRepaired();
  });

  it('a backup whose list of files is spoilt is not built upon', async () => {
    for (const what of ['garbage', 'empty', 'cut-off', 'missing']) {
      both.phone.content.mutate({ percent: 5 });
      both.arm('bad-manifest', {}, { what });
      expect(ended(await both.backup())).toBe('finished');
      const next = await both.backup();
      // Where none came, the old list is still there, and whole.
      expect(next.report['full'], what).toBe(what !== 'missing');
      await expectRepaired();
    }
  });

  it('what a careless phone leaves is found by whoever looks', async () => {
    const problemsOf = async (kind: string, at: JsonObject, options: JsonObject = {}): Promise<readonly string[]> => {
      both.phone.content.mutate({ add: { contacts: 1 } });
      both.arm(kind, at, options);
      expect(ended(await both.backup())).toBe('finished');
      const { problems } = await both.read();
      both.service.clearFaults?.();
      expect(ended(await both.backup({ ForceFullBackup: true }))).toBe('finished');
      await expectRepaired();
      return problems;
    };
    expect(await problemsOf('missing-payload', { file: takePhoto() })).toEqual([
      expect.stringContaining('payload is missing'),
    ]);
    expect(await problemsOf('orphan-payload', {}, { count: 2 })).toHaveLength(2);
    expect(await problemsOf('status-state', {}, { state: 'moving' })).toEqual(['the state is moving']);
    expect(await problemsOf('snapshot-left', {})).toEqual(['Snapshot is left']);
    expect(await problemsOf('wrong-digest', { file: 'AddressBook.sqlitedb' })).toEqual([
      expect.stringContaining('wrong digest'),
    ]);
    expect(await problemsOf('unreadable', { file: takePhoto() }, { keepRow: true })).toEqual([
      expect.stringContaining('payload is missing'),
    ]);
    expect(await problemsOf('size-lie', { file: 1 }, { by: 1000 })).toEqual([]);
    expect(await problemsOf('unreadable', { file: 1 })).toEqual([]);
  });

  it('a payload that is missing is noticed by the phone’s own verification', async () => {
    both.arm('missing-payload', { file: takePhoto() }, { noticed: true });
    const run = await both.backup();
    expect(ended(run)).toBe('failed 205');
    expect(run.report['errorText']).toContain('1 files not in backup');
    await expectRepaired();
  });

  it('hostile names are refused, and nothing appears outside of the backup', async () => {
    const places = ['upload', 'move-from', 'move-to', 'remove', 'create', 'list', 'download', 'copy-from', 'copy-to'];
    const presets = ['parent', 'absolute', 'nul', 'backslash', 'drive', 'not-utf8', 'huge', 'too-long', 'control'];
    for (const [index, preset] of presets.entries()) {
      const place = preset === 'not-utf8' || preset === 'huge' ? 'upload' : (places[index % places.length] ?? 'upload');
      both.phone.content.mutate({ percent: 10 });
      both.arm('hostile-name', { message: 'payloads' }, { in: place, preset });
      const run = await both.backup();
      const [entry] = run.report['hostile'] as readonly JsonObject[];
      expect(entry, `${preset} in ${place}`).toMatchObject({ in: place, preset });
      expect(entry?.['reply'] !== 'status' || Number(entry['status']) < 0, `${preset} in ${place}`).toBe(true);
    }
    expect(readdirSync(both.folder.root)).toEqual([both.udid]);
    expect(existsSync(join(both.dir, 'backstop-escape'))).toBe(false);
    expect(existsSync('/tmp/backstop-escape')).toBe(false);
    await expectRepaired();
  });

  it('short forms go on until they are cleared', async () => {
    both.arm('backup-error', { message: 'DLMessageGetFreeDiskSpace' }, { code: 106 });
    for (let count = 0; count < 3; count += 1) expect(ended(await both.backup())).toBe('failed 106');
    await expectRepaired();
  });

  it('a host that leaves in a stall is noticed', async () => {
    both.arm('stall', { message: 'GetFreeDiskSpace' });
    const stop = new AbortController();
    const running = both.converse({ MessageName: 'Backup', TargetIdentifier: both.udid }, stop.signal);
    await both.phone.events.next('fault.happened');
    stop.abort();
    const run = await running;
    expect(ended(run)).toBe('cancelled');
    expect(run.report['outcome']).toBe('the host left');
    await expectRepaired();
  });

  it('says what is wrong with a fault that nobody can have', () => {
    expect(() => both.arm('drop', { message: 'moves' }, { how: 'loudly' })).toThrow();
    expect(() => both.arm('drop', { message: 'moves', planet: 'Mars' })).toThrow();
    expect(() => both.arm('backup-hostile-names', {}, {})).toThrow('list');
    expect(() => both.arm('drop', {})).toThrow('nobody knows');
    expect(() => both.arm('earthquake')).toThrow('nobody knows');
    expect(both.service.report?.()['armedFaults']).toBe(0);
  });
});
