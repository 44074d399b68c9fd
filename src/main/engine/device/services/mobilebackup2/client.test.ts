import type { Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { encodePlist, PlistReal, type PlistValue } from '../../../formats/plist/index.ts';
import { MemoryFolder } from '../../test-support/memory-folder.ts';
import { file, fileBytes, ScriptedAgent, u32, uploadStream } from '../../test-support/scripted-agent.ts';
import { socketPair } from '../../test-support/socket-pair.ts';
import { SocketWire } from '../../wire/index.ts';
import { MobileBackup2Client } from './client.ts';
import type { ConversationEvent, ConversationOptions, ConversationProgress } from './events.ts';
import { FOLDER_STATUS, FolderError } from './host-folder.ts';
import type { Outcome } from './outcome.ts';

const OK = ['DLMessageStatusResponse', 0, '___EmptyParameterString___', {}];
const U = '00008130-001A2B3C4D5E6F70';

let near: Socket;
let far: Socket;
let wire: SocketWire;
let phone: ScriptedAgent;
let folder: MemoryFolder;
let events: ConversationEvent[];

beforeEach(async () => {
  [near, far] = await socketPair();
  wire = new SocketWire(near);
  phone = new ScriptedAgent(new SocketWire(far));
  folder = new MemoryFolder();
  events = [];
});

afterEach(() => {
  near.destroy();
  far.destroy();
});

/** A backup has been asked for, and the phone has the floor. */
async function startBackup(options: ConversationOptions = {}): Promise<{ readonly outcome: Promise<Outcome> }> {
  const opening = MobileBackup2Client.open(wire);
  await phone.shakeHands();
  const client = await opening;
  const outcome = client.backup({ targetUdid: U, sourceUdid: U, full: false }, folder, {
    onEvent: (event) => events.push(event),
    ...options,
  });
  outcome.catch(() => undefined);
  await phone.request();
  return { outcome };
}

describe('the beginning', () => {
  it.each([
    [400, 400],
    [300, 300],
    [500, 400],
  ])('agrees to version %i with %i, and says Hello with reals', async (major, answer) => {
    const opening = MobileBackup2Client.open(wire);
    const { version, hello } = await phone.shakeHands(major);
    expect(version).toEqual(['DLMessageVersionExchange', 'DLVersionsOk', answer]);
    expect(hello).toEqual([
      'DLMessageProcessMessage',
      { MessageName: 'Hello', SupportedProtocolVersions: [new PlistReal(2), new PlistReal(2.1)] },
    ]);
    expect((await opening).protocolVersion).toBe(2.1);
  });

  it.each<[string, (agent: ScriptedAgent) => Promise<unknown>, string]>([
    ['hangs up', async () => far.destroy(), 'device/connection-lost'],
    ['says goodbye', (agent) => agent.send(['DLMessageDisconnect', 'busy']), 'device/connection-lost'],
    ['says something else', (agent) => agent.send(['DLMessagePing', 'x']), 'device/bad-message'],
    ['says no message', (agent) => agent.send([42]), 'device/bad-message'],
    [
      'knows no common version',
      async (agent) => {
        await agent.send(['DLMessageVersionExchange', 400, 0]);
        await agent.send(['DLMessageDeviceReady']);
        await agent.respond({ ErrorCode: 1, ErrorDescription: 'no common version' });
      },
      'device/refused',
    ],
  ])('fails by name when the phone %s', async (_name, act, code) => {
    const opening = MobileBackup2Client.open(wire);
    opening.catch(() => undefined);
    await act(phone);
    await expect(opening).rejects.toMatchObject({ code });
    expect(wire.closed).toBe(true);
  });

  it('asks for a full backup only when told to', async () => {
    for (const full of [false, true]) {
      const [a, b] = await socketPair();
      const agent = new ScriptedAgent(new SocketWire(b));
      const opening = MobileBackup2Client.open(new SocketWire(a));
      await agent.shakeHands();
      const outcome = (await opening).backup({ targetUdid: U, sourceUdid: 'S', full }, folder);
      expect(await agent.request()).toEqual({
        MessageName: 'Backup',
        TargetIdentifier: U,
        SourceIdentifier: 'S',
        ...(full ? { Options: { ForceFullBackup: true } } : {}),
      });
      await agent.respond({ ErrorCode: 0 });
      expect((await outcome).kind).toBe('finished');
    }
  });
});

describe('files from the phone', () => {
  it('arrive as the example of the reference writes them', async () => {
    const { outcome } = await startBackup();
    await phone.send(['DLMessageUploadFiles', {}, 10, 5]);
    await phone.wire.write(
      Buffer.concat([
        Buffer.from('0000000b', 'hex'),
        Buffer.from('/.ba/tmp/a1'),
        Buffer.from('00000007', 'hex'),
        Buffer.from('UDID/ab'),
        Buffer.from('000000060c', 'hex'),
        Buffer.from('hello'),
        Buffer.from('0000000100', 'hex'),
        Buffer.from('00000000', 'hex'),
      ]),
    );
    expect(await phone.receive()).toEqual(OK);
    expect(folder.files.get('UDID/ab')?.toString()).toBe('hello');
    await phone.respond({ ErrorCode: 0 });
    expect(await outcome).toMatchObject({ kind: 'finished', receivedFiles: 1, receivedBytes: 5 });
  });

  it('may be empty, come in blocks of any size, and thousands in one message', async () => {
    await startBackup();
    const big = Buffer.alloc(9 * 1024 * 1024, 'abc');
    const blocks = [big.subarray(0, 1), big.subarray(1, 32_769), big.subarray(32_769)].map(
      (part) => [0x0c, part] as const,
    );
    const many = Array.from({ length: 3000 }, (_, number) => file(`${U}/Snapshot/00/${number}`, `content ${number}`));
    expect(
      await phone.upload(file(`${U}/empty`, ''), { path: `${U}/big`, blocks: [...blocks, [0x00]] }, ...many),
    ).toEqual(OK);
    expect(folder.files.get(`${U}/empty`)?.length).toBe(0);
    expect(folder.files.get(`${U}/big`)?.equals(big)).toBe(true);
    expect(folder.files.size).toBe(3002);
    expect(folder.files.get(`${U}/Snapshot/00/2999`)?.toString()).toBe('content 2999');
  });

  it('arrive also byte by byte', async () => {
    await startBackup();
    await phone.send(['DLMessageUploadFiles', {}, 10, 0]);
    for (const byte of uploadStream(file(`${U}/a`, 'hello'), { path: `${U}/b`, blocks: [[0x0b, 'no']] })) {
      far.write(Buffer.of(byte));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await phone.receive()).toEqual(OK);
    expect([...folder.files.keys()]).toEqual([`${U}/a`]);
  });

  it('that the phone cannot read leave no trace and are named', async () => {
    await startBackup();
    folder.files.set(`${U}/old`, Buffer.from('old'));
    const status = await phone.upload(
      { path: `${U}/old`, devicePath: '/.ba/x', blocks: [[0x0b, 'Permission denied']] },
      { path: `${U}/b`, blocks: [[0x06, 'I/O error']] },
      file(`${U}/c`, 'next'),
    );
    expect(status).toEqual(OK);
    expect(Object.fromEntries(folder.files)).toEqual({
      [`${U}/old`]: Buffer.from('old'),
      [`${U}/c`]: Buffer.from('next'),
    });
    expect(events.filter((event) => event.kind === 'not-sent')).toEqual([
      { kind: 'not-sent', path: `${U}/old`, devicePath: '/.ba/x', text: 'Permission denied' },
      { kind: 'not-sent', path: `${U}/b`, devicePath: '/.ba/tmp/x', text: 'I/O error' },
    ]);
  });

  it('that break off after data keep what came', async () => {
    await startBackup();
    await phone.upload({
      path: `${U}/m`,
      blocks: [
        [0x0c, 'half'],
        [0x0b, 'end'],
      ],
    });
    expect(folder.files.get(`${U}/m`)?.toString()).toBe('half');
    expect(events).toContainEqual(expect.objectContaining({ kind: 'cut-short', text: 'end' }));
  });

  it('that are empty may end with the same code and no word', async () => {
    await startBackup();
    await phone.upload({ path: `${U}/e`, blocks: [[0x0b]] });
    expect(folder.files.get(`${U}/e`)?.length).toBe(0);
  });

  it('survive codes that nobody knows, with their payload', async () => {
    await startBackup();
    const unknown = Buffer.alloc(300_000, 7);
    expect(
      await phone.upload({ path: `${U}/a`, blocks: [[0x42, unknown], [0x0c, 'x'], [0x99], [0x0c, 'y'], [0x00]] }),
    ).toEqual(OK);
    expect(folder.files.get(`${U}/a`)?.toString()).toBe('xy');
  });

  it('end with a block of length 0 only when nothing else follows', async () => {
    await startBackup();
    await phone.send(['DLMessageUploadFiles', {}, 0, 0]);
    await phone.wire.write(Buffer.concat([fileBytes({ path: `${U}/a`, blocks: [[0x0c, 'x']] }), u32(0), u32(0)]));
    expect(await phone.receive()).toEqual(OK);
    expect(events).toContainEqual(expect.objectContaining({ kind: 'cut-short', path: `${U}/a` }));
  });

  it.each<[string, Buffer, string]>([
    [
      'a block without a code',
      Buffer.concat([fileBytes({ path: 'a', blocks: [] }), u32(0), u32(7)]),
      'device/bad-message',
    ],
    ['a device name of 64 KiB', u32(65_536), 'device/bad-message'],
    ['a device name of 2 GiB', u32(0x80000000), 'device/bad-message'],
    ['a name of 5000 bytes', Buffer.concat([u32(1), Buffer.from('d'), u32(5000)]), 'device/bad-message'],
    ['a name of no bytes', Buffer.concat([u32(1), Buffer.from('d'), u32(0)]), 'device/bad-message'],
    ['a NUL in the name', fileBytes({ path: `${U}/a\0b`, blocks: [[0x00]] }), 'device/hostile-path'],
    [
      'a name that is not UTF-8',
      fileBytes({ path: Buffer.from([0x55, 0xff, 0xfe]), blocks: [[0x00]] }),
      'device/hostile-path',
    ],
    ['a parent folder in the name', fileBytes({ path: `${U}/../../x`, blocks: [[0x00]] }), 'device/hostile-path'],
    ['an absolute name', fileBytes({ path: '/etc/passwd', blocks: [[0x00]] }), 'device/hostile-path'],
    ['a drive in the name', fileBytes({ path: 'C:/x', blocks: [[0x00]] }), 'device/hostile-path'],
    ['a backslash in the name', fileBytes({ path: `${U}\\x`, blocks: [[0x00]] }), 'device/hostile-path'],
  ])('with %s end the run by name, and nothing is created', async (_name, bytes, code) => {
    const { outcome } = await startBackup();
    await phone.send(['DLMessageUploadFiles', {}, 0, 0]);
    await phone.wire.write(bytes);
    await expect(outcome).rejects.toMatchObject({ code, data: { problem: expect.any(String) } });
    expect(folder.calls.filter((call) => call.startsWith('create'))).toEqual([]);
    expect(wire.closed).toBe(true);
  });

  it('that cannot be stored are drained, and the phone is told why', async () => {
    const { outcome } = await startBackup();
    folder.failAfter = { bytes: 4, error: Object.assign(new Error('no space left'), { code: 'ENOSPC' }) };
    const status = await phone.upload(
      file(`${U}/a`, 'hello'),
      file(`${U}/b`, Buffer.alloc(1_000_000)),
      file(`${U}/c`, ''),
    );
    expect(status.slice(0, 3)).toEqual(['DLMessageStatusResponse', -15, 'no space left']);
    expect(folder.aborted).toEqual([`${U}/a`]);
    expect(folder.calls).toEqual([`create ${U}/a`]);
    // What comes after is only answered: nothing is changed any more.
    expect((await phone.ask('DLMessageRemoveItems', [`${U}/Snapshot`], {}, 0))[1]).toBe(-15);
    expect(folder.calls).toEqual([`create ${U}/a`]);
    await phone.respond({ ErrorCode: 105, ErrorDescription: 'not enough space (MBErrorDomain/105)' });
    expect(await outcome).toMatchObject({
      kind: 'host-failed',
      error: { message: 'no space left' },
      answer: { code: 105 },
      receivedFiles: 3,
    });
  });

  it.each([
    [new FolderError(FOLDER_STATUS.other, 'that name cannot be kept'), -1],
    [new Error('the disk is gone'), -11],
    [new Error('wrapped', { cause: Object.assign(new Error('x'), { code: 'ENOSPC' }) }), -15],
  ])(
    'that fail with %s are answered with %i, and the run has failed whatever the phone says',
    async (error, status) => {
      const { outcome } = await startBackup();
      folder.failAfter = { bytes: 0, error };
      expect((await phone.upload(file(`${U}/a`, 'x')))[1]).toBe(status);
      await phone.respond({ ErrorCode: 0 });
      expect(await outcome).toMatchObject({ kind: 'host-failed', error, answer: { code: 0 } });
    },
  );

  it('wait for a folder that needs time', async () => {
    await startBackup();
    const parts: string[] = [];
    folder.createFile = (() =>
      Promise.resolve({
        write: async (chunk: Uint8Array) => {
          await new Promise((resolve) => setImmediate(resolve));
          parts.push(Buffer.from(chunk).toString());
        },
        finish: async () => parts.push('.'),
        abort: () => undefined,
      })) as never;
    expect(await phone.upload({ path: 'a', blocks: [[0x0c, 'one'], [0x0c, 'two'], [0x00]] }, file('b', ''))).toEqual(
      OK,
    );
    expect(parts).toEqual(['one', 'two', '.', '.']);
  });
});

describe('files to the phone', () => {
  it('missing on a first backup are answered as the example of the reference writes it', async () => {
    await startBackup();
    const path = `${U}/Status.plist`;
    await phone.send(['DLMessageDownloadFiles', [path], {}, 0, 0]);
    const head = await phone.wire.read(4 + 38 + 4 + 1 + 25 + 4);
    expect(head.toString('latin1')).toBe(`\0\0\0\x26${path}\0\0\0\x1a\x06No such file or directory\0\0\0\0`);
    expect(await phone.receive()).toEqual([
      'DLMessageStatusResponse',
      -13,
      'Multi status',
      { [path]: { DLFileErrorString: 'No such file or directory', DLFileErrorCode: -6 } },
    ]);
  });

  it('go in the order asked, in blocks of at most 32 KiB, around those that are missing', async () => {
    const { outcome } = await startBackup();
    const big = Buffer.alloc(3_000_000, 'xyz');
    folder.files.set('a', big).set('c', Buffer.alloc(0)).set('d', Buffer.from('d'));
    const { files, status } = await phone.download(['a', 'b', 'c', 'd']);
    expect(files.map(({ path, code }) => [path, code])).toEqual([
      ['a', 0],
      ['b', 6],
      ['c', 0],
      ['d', 0],
    ]);
    expect(files[0]?.content.equals(big)).toBe(true);
    expect(files[0]?.largestBlock).toBe(32_769);
    expect(files[2]?.content.length).toBe(0);
    expect(status[1]).toBe(-13);
    await phone.respond({ ErrorCode: 0 });
    expect(await outcome).toMatchObject({ kind: 'finished', sentFiles: 3, sentBytes: 3_000_001 });
  });

  it('that fail in the middle are marked, and the run has failed here', async () => {
    const { outcome } = await startBackup();
    const broken = new Error('damaged');
    folder.openFile = async () => ({
      sizeBytes: 10,
      // biome-ignore lint/correctness/useYield: it fails instead
      async *read() {
        throw broken;
      },
      close: async () => undefined,
    });
    const { files, status } = await phone.download(['a', 'b']);
    expect(files.map(({ code }) => code)).toEqual([6, 6]);
    expect(status[3]).toMatchObject({ a: { DLFileErrorCode: -11 } });
    await phone.respond({ ErrorCode: 103 });
    expect(await outcome).toMatchObject({ kind: 'host-failed', error: broken });
  });

  it('named as nobody may name them end the run', async () => {
    const { outcome } = await startBackup();
    await phone.send(['DLMessageDownloadFiles', ['../../etc/passwd'], {}, 0, 0]);
    await expect(outcome).rejects.toMatchObject({ code: 'device/hostile-path' });
    expect(folder.calls).toEqual([]);
  });
});

describe('questions about the folder', () => {
  it('are answered in either spelling, with elements that nobody knows', async () => {
    await startBackup();
    folder.files.set('a', Buffer.from('12345')).set('c', Buffer.alloc(1));
    expect(await phone.ask('DLMessageCreateDirectory', `${U}/Snapshot`, {}, 'extra')).toEqual(OK);
    expect(await phone.ask('DLMessageMoveItems', { a: 'b' }, {}, 10, 'extra')).toEqual(OK);
    expect(await phone.ask('DLMessageMoveFiles', { c: 'd' }, {}, 10)).toEqual(OK);
    expect(await phone.ask('DLMessageRemoveItems', ['x', 'y'], {}, 10)).toEqual(OK);
    expect(await phone.ask('DLMessageRemoveFiles', ['z'], {}, 10)).toEqual(OK);
    expect(await phone.ask('DLMessageCopyItem', 'b', 'e', {})).toEqual(OK);
    expect(folder.calls).toEqual([
      `mkdir ${U}/Snapshot`,
      'move a b',
      'move c d',
      'remove x',
      'remove y',
      'remove z',
      'copy b e',
    ]);
  });

  it('list names, kinds, sizes and dates', async () => {
    await startBackup();
    folder.files.set('__proto__', Buffer.from('12345'));
    const status = await phone.ask('DLContentsOfDirectory', U);
    expect(Object.entries(status[3] as object)).toEqual([
      [
        '__proto__',
        { DLFileType: 'DLFileTypeRegular', DLFileSize: 5, DLFileModificationDate: new Date(1_700_000_000_000) },
      ],
    ]);
  });

  it('that the folder refuses are answered with its status, and the phone decides', async () => {
    const { outcome } = await startBackup();
    const status = await phone.ask('DLMessageMoveItems', { missing: 'b' }, {}, 0);
    expect(status.slice(0, 3)).toEqual(['DLMessageStatusResponse', -6, 'No such file or directory']);
    await phone.respond({ ErrorCode: 0 });
    expect(await outcome).toMatchObject({
      kind: 'finished',
      refusals: [{ request: 'DLMessageMoveItems', status: -6 }],
    });
  });

  it('with hostile paths end the run', async () => {
    const { outcome } = await startBackup();
    await phone.send(['DLMessageMoveItems', { a: '../b' }, {}, 0]);
    await expect(outcome).rejects.toMatchObject({ code: 'device/hostile-path' });
  });

  it.each<[string, PlistValue[]]>([
    ['no list', ['DLMessageRemoveItems', 'a']],
    ['a list of numbers', ['DLMessageRemoveItems', [1]]],
    ['no dictionary', ['DLMessageMoveItems', ['a']]],
    ['no path', ['DLMessageCreateDirectory']],
  ])('with %s end the run', async (_name, message) => {
    const { outcome } = await startBackup();
    await phone.send(message);
    await expect(outcome).rejects.toMatchObject({ code: 'device/bad-message' });
  });

  it('about space get the true number, also beyond 2^53', async () => {
    await startBackup();
    folder.free = 2n ** 60n;
    expect(await phone.ask('DLMessageGetFreeDiskSpace')).toEqual([
      'DLMessageStatusResponse',
      0,
      '___EmptyParameterString___',
      2n ** 60n,
    ]);
    expect(events).toContainEqual({ kind: 'free-space', freeBytes: 2n ** 60n });
  });

  it('to make room are refused with words, and say what the phone needs', async () => {
    const { outcome } = await startBackup();
    folder.free = 1_000_000n;
    await phone.ask('DLMessageGetFreeDiskSpace');
    const status = await phone.ask('DLMessagePurgeDiskSpace', 3_000_000_000, 4);
    expect(status.slice(0, 3)).toEqual(['DLMessageStatusResponse', -1, 'Operation not supported']);
    expect(events).toContainEqual({
      kind: 'space-needed',
      missingBytes: 3_000_000_000n,
      neededBytes: 3_000_000_000n + 1_000_000n - 2n ** 31n,
    });
    await phone.respond({ ErrorCode: 105, ErrorDescription: 'x (MBErrorDomain/105)' });
    expect(await outcome).toMatchObject({ kind: 'failed', code: 105 });
  });

  it('nobody knows are refused, and a ping is not answered', async () => {
    await startBackup();
    await phone.send(['DLMessagePing', 'hello']);
    const status = await phone.ask('DLMessageAcquireLock', 1, 2, 3);
    expect(status.slice(0, 3)).toEqual(['DLMessageStatusResponse', -1, 'Operation not supported']);
    expect(events).toContainEqual({ kind: 'unknown-message', name: 'DLMessageAcquireLock' });
  });

  it('may come as XML, and several in one piece', async () => {
    const { outcome } = await startBackup();
    phone.format = 'xml';
    const messages = [
      ['DLMessageCreateDirectory', 'a'],
      ['DLMessageCreateDirectory', 'b'],
    ].map((message) => {
      const body = encodePlist(message, 'xml');
      return Buffer.concat([u32(body.length), body]);
    });
    await phone.wire.write(Buffer.concat(messages));
    expect(await phone.receive()).toEqual(OK);
    expect(await phone.receive()).toEqual(OK);
    await phone.respond({ ErrorCode: 0 });
    expect((await outcome).kind).toBe('finished');
  });

  it('have negative status numbers in eight signed bytes', async () => {
    await startBackup();
    await phone.send(['DLMessageNobodyKnows']);
    const length = await phone.wire.readUInt32BE();
    expect((await phone.wire.read(length)).includes(Buffer.from('13ffffffffffffffff', 'hex'))).toBe(true);
  });
});

describe('the end', () => {
  it.each<[PlistValue, object]>([
    [
      { ErrorCode: 0, ErrorDescription: '' },
      { kind: 'finished', content: null },
    ],
    [
      { ErrorCode: new PlistReal(0), Content: 'text' },
      { kind: 'finished', content: 'text' },
    ],
    [
      { ErrorCode: 208, ErrorDescription: 'Device locked' },
      { kind: 'failed', code: 208, text: 'Device locked' },
    ],
    [
      { ErrorCode: 1, ErrorDescription: 'wrapped (MBErrorDomain/22). Underlying' },
      { kind: 'failed', code: 22 },
    ],
    [{ ErrorDescription: 'no code (MBErrorDomain/999)' }, { kind: 'failed', code: 999 }],
    [{}, { kind: 'failed', code: null, text: '' }],
    ['nonsense', { kind: 'failed', code: null }],
  ])('%j is %j, and the phone hears goodbye', async (body, expected) => {
    const { outcome } = await startBackup();
    await phone.send(['DLMessageProcessMessage', body]);
    expect(await outcome).toMatchObject(expected);
    expect(await phone.receive()).toEqual(['DLMessageDisconnect', '___EmptyParameterString___']);
    expect(await phone.wire.atEnd()).toBe(true);
  });

  it('is the same when the phone hangs up right after its answer', async () => {
    const { outcome } = await startBackup();
    await phone.respond({ ErrorCode: 0 });
    far.destroy();
    expect((await outcome).kind).toBe('finished');
  });

  it('is found also when the phone went while it was being told something', async () => {
    const { outcome } = await startBackup();
    folder.files.set('big', Buffer.alloc(50_000_000));
    await phone.send(['DLMessageDownloadFiles', ['big'], {}, 0, 0]);
    await phone.respond({ ErrorCode: 202, ErrorDescription: 'cancelled' });
    await expect.poll(() => folder.calls.length).toBe(1);
    far.destroy();
    expect(await outcome).toMatchObject({ kind: 'failed', code: 202 });
  });

  it('without an answer is called so, with the place', async () => {
    const { outcome } = await startBackup();
    await phone.ask('DLMessageCreateDirectory', 'a');
    far.end();
    expect(await outcome).toMatchObject({ kind: 'ended-without-answer', insideMessage: false, text: null });
  });

  it('without an answer, by a message, carries the phone’s words', async () => {
    const { outcome } = await startBackup();
    await phone.send(['DLMessageDisconnect', 'Bye\u202e\u0007']);
    expect(await outcome).toMatchObject({ kind: 'ended-without-answer', insideMessage: false, text: 'Bye  ' });
  });

  it.each<[string, Buffer]>([
    ['inside a length', Buffer.of(0, 0)],
    ['inside a message', Buffer.concat([u32(100), Buffer.alloc(50)])],
  ])('%s is inside a message', async (_name, bytes) => {
    const { outcome } = await startBackup();
    far.end(bytes);
    expect(await outcome).toMatchObject({ kind: 'ended-without-answer', insideMessage: true });
  });

  it('inside a file drops that file', async () => {
    const { outcome } = await startBackup();
    await phone.send(['DLMessageUploadFiles', {}, 0, 0]);
    far.end(fileBytes({ path: `${U}/a`, blocks: [[0x0c, 'half a']] }));
    expect(await outcome).toMatchObject({ kind: 'ended-without-answer', insideMessage: true });
    expect(folder.aborted).toEqual([`${U}/a`]);
    expect(folder.files.size).toBe(0);
  });

  it.each([0xffffffff, 0x80000000, 257 * 1024 * 1024, 0])(
    'comes at once with a message of %i bytes',
    async (length) => {
      const { outcome } = await startBackup();
      await phone.wire.write(u32(length));
      await expect(outcome).rejects.toMatchObject({ code: 'device/bad-message' });
      expect(wire.closed).toBe(true);
    },
  );

  it('comes with garbage', async () => {
    const { outcome } = await startBackup();
    await phone.wire.write(Buffer.concat([u32(20), Buffer.from('bplist00garbagegarba')]));
    await expect(outcome).rejects.toMatchObject({ code: 'device/bad-message' });
  });
});

describe('progress', () => {
  it('counts what moves and passes on the phone’s figure', async () => {
    const seen: ConversationProgress[] = [];
    const { outcome } = await startBackup({ onProgress: (progress) => seen.push(progress) });
    await phone.send(['DLMessageUploadFiles', {}, new PlistReal(37.5), 300_000]);
    await phone.wire.write(uploadStream(file(`${U}/a`, Buffer.alloc(300_000))));
    await phone.receive();
    await phone.respond({ ErrorCode: 0 });
    await outcome;
    expect(seen.at(-1)).toEqual({
      receivedFiles: 1,
      receivedBytes: 300_000,
      sentFiles: 0,
      sentBytes: 0,
      batchBytes: 300_000,
      batchReceivedBytes: 300_000,
      percent: 37.5,
    });
    expect(seen.length).toBeLessThan(10);
  });
});

describe('a change of password', () => {
  it.each([
    [null, 'new', { NewPassword: 'new' }],
    ['old', null, { OldPassword: 'old' }],
    ['old', 'new', { OldPassword: 'old', NewPassword: 'new' }],
  ])('from %s to %s names what it knows, at top level', async (oldPassword, newPassword, fields) => {
    const opening = MobileBackup2Client.open(wire);
    await phone.shakeHands();
    const outcome = (await opening).changePassword({ targetUdid: U, oldPassword, newPassword });
    expect(await phone.request()).toEqual({ MessageName: 'ChangePassword', TargetIdentifier: U, ...fields });
    const { status } = await phone.download([`${U}/Status.plist`]);
    expect(status[1]).toBe(-13);
    await phone.respond({ ErrorCode: 207, ErrorDescription: 'wrong password' });
    expect(await outcome).toMatchObject({ kind: 'failed', code: 207 });
  });
});
