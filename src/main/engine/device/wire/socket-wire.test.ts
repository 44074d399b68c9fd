import { once } from 'node:events';
import type { Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { socketPair } from '../test-support/socket-pair.ts';
import { SocketWire } from './socket-wire.ts';

let near: Socket;
let far: Socket;
let wire: SocketWire;

beforeEach(async () => {
  [near, far] = await socketPair();
  wire = new SocketWire(near);
});

afterEach(() => {
  near.destroy();
  far.destroy();
});

describe('reading', () => {
  it('joins what arrives byte by byte', async () => {
    const reading = wire.read(5);
    for (const byte of Buffer.from('hello')) {
      far.write(Buffer.of(byte));
      await once(near, 'readable');
    }
    expect((await reading).toString()).toBe('hello');
  });

  it('splits what arrives in one piece', async () => {
    far.write('abcdefgh');
    expect((await wire.read(3)).toString()).toBe('abc');
    expect(wire.tryRead(2)?.toString()).toBe('de');
    expect(wire.tryRead(4)).toBeNull();
    expect(wire.tryRead(3)?.toString()).toBe('fgh');
  });

  it('reads numbers that lie across two pieces', async () => {
    far.write(Buffer.from('0102', 'hex'));
    const reading = wire.readUInt32BE();
    await once(near, 'readable');
    far.write(Buffer.from('0304ff', 'hex'));
    expect(await reading).toBe(0x01020304);
    expect(await wire.readUInt8()).toBe(0xff);
    expect(wire.tryReadUInt8()).toBeNull();
    expect(wire.tryReadUInt32BE()).toBeNull();
  });

  it('reads a number that ends exactly with its piece', async () => {
    far.write(Buffer.from('0000000a', 'hex'));
    expect(await wire.readUInt32BE()).toBe(10);
    far.write(Buffer.from('0000000b', 'hex'));
    expect(await wire.readUInt32BE()).toBe(11);
  });

  it('gives at most what was asked for and at least one byte', async () => {
    far.write('abcdef');
    expect((await wire.readSome(4)).toString()).toBe('abcd');
    expect((await wire.readSome(100)).toString()).toBe('ef');
    expect(wire.tryReadSome(10)).toBeNull();
  });

  it('hands out what came before the end, then says that the connection is lost', async () => {
    far.end('abc');
    await expect(wire.read(4)).rejects.toMatchObject({ code: 'device/connection-lost' });
    expect((await wire.read(3)).toString()).toBe('abc');
    await expect(wire.read(1)).rejects.toMatchObject({ code: 'device/connection-lost' });
    expect(wire.closed).toBe(true);
  });

  it('knows the end of the stream from a pause', async () => {
    far.write('x');
    expect(await wire.atEnd()).toBe(false);
    await wire.read(1);
    const ending = wire.atEnd();
    far.end();
    expect(await ending).toBe(true);
  });

  it('times out only for silence, and loses nothing by it', async () => {
    far.write('ab');
    await expect(wire.read(4, { timeoutMs: 10 })).rejects.toMatchObject({ code: 'device/silent' });
    far.write('cd');
    expect((await wire.read(4, { timeoutMs: 1000 })).toString()).toBe('abcd');
  });

  it('gives up at once when told to, and loses nothing by it', async () => {
    const stop = new AbortController();
    far.write('ab');
    const reading = wire.read(4, { signal: stop.signal });
    stop.abort(new Error('enough'));
    await expect(reading).rejects.toThrow('enough');
    await expect(wire.read(4, { signal: stop.signal })).rejects.toThrow('enough');
    far.write('cd');
    expect((await wire.read(4)).toString()).toBe('abcd');
  });

  it('takes nothing from the system that nobody asked for', async () => {
    const block = Buffer.alloc(1024 * 1024);
    let sent = 0;
    while (sent < 64 && far.write(block)) sent += 1;
    await wire.read(1);
    // What is not read stays with the sender: at most one stream buffer came over.
    expect(near.readableLength + wire.buffered).toBeLessThan(256 * 1024);
  });
});

describe('writing', () => {
  it('waits while the other side does not read', async () => {
    const block = Buffer.alloc(8 * 1024 * 1024);
    const writing = wire.write(block);
    await expect(Promise.race([writing.then(() => 'done'), setImmediatePromise('waiting')])).resolves.toBe('waiting');
    far.resume();
    await writing;
  });

  it('keeps the order of several parts', async () => {
    await wire.write([Buffer.from('ab'), Buffer.from('cd'), Buffer.from('ef')]);
    const other = new SocketWire(far);
    expect((await other.read(6)).toString()).toBe('abcdef');
  });

  it('fails when the other side goes away meanwhile', async () => {
    const writing = wire.write(Buffer.alloc(8 * 1024 * 1024));
    far.destroy();
    await expect(writing).rejects.toMatchObject({ code: 'device/connection-lost' });
    await expect(wire.write(Buffer.from('x'))).rejects.toMatchObject({ code: 'device/connection-lost' });
  });

  it('stops waiting for room when told to, and after a silence', async () => {
    await expect(wire.write(Buffer.alloc(8 * 1024 * 1024), { timeoutMs: 10 })).rejects.toMatchObject({
      code: 'device/silent',
    });
    const stop = new AbortController();
    const writing = wire.write(Buffer.from('x'), { signal: stop.signal });
    stop.abort(new Error('enough'));
    await expect(writing).rejects.toThrow('enough');
  });
});

describe('ending', () => {
  it('sends what was written before it closes', async () => {
    const other = new SocketWire(far);
    await wire.write(Buffer.from('last words'));
    wire.close();
    expect((await other.read(10)).toString()).toBe('last words');
    expect(await other.atEnd()).toBe(true);
  });

  it('closes promptly although the other side still had things to say', async () => {
    far.write(Buffer.alloc(100_000));
    await wire.read(1);
    const closed = once(near, 'close');
    wire.close();
    far.end();
    await closed;
    expect(wire.closed).toBe(true);
  });

  it('wakes a waiting reader when it is closed or destroyed', async () => {
    const reading = wire.read(1);
    wire.close();
    await expect(reading).rejects.toMatchObject({ code: 'device/connection-lost' });
    const [a] = await socketPair();
    const second = new SocketWire(a);
    const waiting = second.read(1);
    second.destroy(new Error('pulled'));
    await expect(waiting).rejects.toMatchObject({ code: 'device/connection-lost', message: 'pulled' });
  });

  it('puts unread bytes back for the next owner of the socket', async () => {
    far.write('abcdef');
    await wire.read(2);
    const raw = wire.detach();
    expect(raw.listenerCount('readable')).toBe(0);
    const next = new SocketWire(raw);
    expect((await next.read(4)).toString()).toBe('cdef');
  });

  it('survives an error between two owners of the socket', async () => {
    const raw = wire.detach();
    raw.destroy(new Error('pulled'));
    await new Promise((resolve) => raw.once('close', resolve));
    expect(raw.destroyed).toBe(true);
  });
});

function setImmediatePromise<T>(value: T): Promise<T> {
  return new Promise((resolve) => setImmediate(resolve, value));
}
