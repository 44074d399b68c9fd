import type { Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { MemoryFolder } from '../../test-support/memory-folder.ts';
import { file, fileBytes, ScriptedAgent, uploadStream } from '../../test-support/scripted-agent.ts';
import { socketPair } from '../../test-support/socket-pair.ts';
import { SocketWire } from '../../wire/index.ts';
import { Conversation } from './conversation.ts';
import type { ConversationEvent, ConversationOptions } from './events.ts';
import type { Outcome } from './outcome.ts';

vi.hoisted(() => {
  // Silence is worth a word after 120 ms and the end after 1.8 s; a cut-off comes after 30 ms.
  process.env['BACKSTOP_TIMEOUT_SCALE'] = '0.001';
});

const OK = ['DLMessageStatusResponse', 0, '___EmptyParameterString___', {}];
const GOODBYE = ['DLMessageDisconnect', '___EmptyParameterString___'];
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
  const conversation = new Conversation(wire, folder, { onEvent: (event) => events.push(event), ...options });
  const outcome = conversation.run({ MessageName: 'Backup' });
  outcome.catch(() => undefined);
  await phone.request();
  return { outcome };
}

describe('silence', () => {
  it('is told of, and forgotten when the phone goes on', async () => {
    const { outcome } = await startBackup();
    await expect.poll(() => events).toContainEqual({ kind: 'silent', forMs: 120 });
    await phone.respond({ ErrorCode: 0 });
    expect((await outcome).kind).toBe('finished');
    expect(events.map((event) => event.kind)).toEqual(['silent', 'heard']);
  });

  it('inside a file counts from the last byte, and has a limit', async () => {
    const { outcome } = await startBackup();
    await phone.send(['DLMessageUploadFiles', {}, 0, 0]);
    await phone.wire.write(fileBytes({ path: `${U}/a`, blocks: [[0x0c, 'half']] }));
    await expect(outcome).rejects.toMatchObject({ code: 'device/silent', data: { waitedMs: 1800 } });
    expect(events.at(-1)).toEqual({ kind: 'silent', forMs: 120 });
    expect(folder.aborted).toEqual([`${U}/a`]);
    expect(wire.closed).toBe(true);
  });

  it('of a phone that takes nothing has the same limit', async () => {
    const { outcome } = await startBackup();
    folder.files.set('big', Buffer.alloc(50_000_000));
    await phone.send(['DLMessageDownloadFiles', ['big'], {}, 0, 0]);
    await expect(outcome).rejects.toMatchObject({ code: 'device/silent' });
  });
});

describe('cancelling', () => {
  it('says goodbye between two messages', async () => {
    const stop = new AbortController();
    const { outcome } = await startBackup({ signal: stop.signal });
    await phone.ask('DLMessageCreateDirectory', 'a');
    stop.abort();
    expect((await outcome).kind).toBe('cancelled');
    expect(await phone.receive()).toEqual(GOODBYE);
  });

  it('finishes the message in hand', async () => {
    const stop = new AbortController();
    const { outcome } = await startBackup({ signal: stop.signal });
    await phone.send(['DLMessageUploadFiles', {}, 0, 0]);
    await phone.wire.write(fileBytes(file(`${U}/a`, 'x')));
    await expect.poll(() => folder.files.size).toBe(1);
    stop.abort();
    await phone.wire.write(uploadStream(file(`${U}/b`, 'y')));
    expect(await phone.receive()).toEqual(OK);
    expect(await phone.receive()).toEqual(GOODBYE);
    expect((await outcome).kind).toBe('cancelled');
    expect(folder.files.size).toBe(2);
  });

  it('cuts off a message that does not end', async () => {
    const stop = new AbortController();
    const { outcome } = await startBackup({ signal: stop.signal });
    await phone.send(['DLMessageUploadFiles', {}, 0, 0]);
    await phone.wire.write(fileBytes({ path: `${U}/a`, blocks: [[0x0c, 'half']] }));
    await expect.poll(() => folder.calls.length).toBe(1);
    stop.abort();
    expect((await outcome).kind).toBe('cancelled');
    expect(folder.aborted).toEqual([`${U}/a`]);
  });

  it('before the beginning asks for nothing', async () => {
    const conversation = new Conversation(wire, folder, { signal: AbortSignal.abort() });
    expect((await conversation.run({ MessageName: 'Backup' })).kind).toBe('cancelled');
    expect(await phone.receive()).toEqual(GOODBYE);
  });

  it('does not take back what the phone has finished', async () => {
    const stop = new AbortController();
    const { outcome } = await startBackup({ signal: stop.signal });
    await phone.respond({ ErrorCode: 0 });
    const { kind } = await outcome;
    stop.abort();
    expect(kind).toBe('finished');
  });
});

describe('a failure of this computer', () => {
  it('ends the run even when the phone goes on for ever', async () => {
    const { outcome } = await startBackup();
    folder.createDirectory = () => Promise.reject(new Error('the disk is gone'));
    expect((await phone.ask('DLMessageCreateDirectory', 'a'))[1]).toBe(-11);
    expect((await phone.ask('DLMessageCreateDirectory', 'b'))[1]).toBe(-11);
    expect(await outcome).toMatchObject({ kind: 'host-failed', error: { message: 'the disk is gone' }, answer: null });
    expect(await phone.receive()).toEqual(GOODBYE);
  });
});
