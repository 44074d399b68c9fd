import type { Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { encodePlist, PlistReal } from '../../formats/plist/index.ts';
import { socketPair } from '../test-support/socket-pair.ts';
import { readMuxPacket, readPlistFrame, writeMuxPacket, writePlistFrame } from './frames.ts';
import { SocketWire } from './socket-wire.ts';

const limits = { maxBytes: 1 << 20 };
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

describe('length-prefixed property lists', () => {
  it('are read in both forms, several in one piece', async () => {
    const value = ['DLMessageVersionExchange', 400, new PlistReal(2)];
    const other = new SocketWire(far);
    await writePlistFrame(other, value, 'xml');
    await writePlistFrame(other, value, 'binary');
    expect(await readPlistFrame(wire, limits)).toEqual(value);
    expect(await readPlistFrame(wire, limits)).toEqual(value);
  });

  it('are read in pieces of one byte', async () => {
    const body = encodePlist({ Request: 'QueryType' }, 'xml');
    const frame = Buffer.concat([Buffer.of(0, 0, 0, body.length), body]);
    const reading = readPlistFrame(wire, limits);
    for (const byte of frame) {
      far.write(Buffer.of(byte));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await reading).toEqual({ Request: 'QueryType' });
  });

  it.each([0, limits.maxBytes + 1, 0x80000000, 0xffffffff])('refuse the length %i', async (length) => {
    const head = Buffer.alloc(4);
    head.writeUInt32BE(length);
    far.write(head);
    await expect(readPlistFrame(wire, limits)).rejects.toMatchObject({ code: 'device/bad-message' });
  });

  it('end with the connection when it closes in the middle', async () => {
    far.end(Buffer.from([0, 0, 1, 0, 60]));
    await expect(readPlistFrame(wire, limits)).rejects.toMatchObject({ code: 'device/connection-lost' });
  });

  it('refuse a body that is none', async () => {
    far.write(Buffer.from('0000000568656c6c6f', 'hex'));
    await expect(readPlistFrame(wire, limits)).rejects.toMatchObject({ code: 'device/bad-message' });
  });
});

describe('usbmuxd packets', () => {
  it('carry length, version 1, message 8 and the tag, little-endian', async () => {
    await writeMuxPacket(wire, { MessageType: 'ListDevices' }, 7);
    const other = new SocketWire(far);
    const header = await other.read(16);
    expect(header.subarray(4).toString('hex')).toBe('010000000800000007000000');
    expect((await other.read(header.readUInt32LE(0) - 16)).toString()).toContain('<key>MessageType</key>');
  });

  it('are read with what follows left alone', async () => {
    await writeMuxPacket(new SocketWire(far), { MessageType: 'Result', Number: 0 }, 3);
    far.write('surplus');
    expect(await readMuxPacket(wire)).toEqual({
      version: 1,
      message: 8,
      tag: 3,
      body: { MessageType: 'Result', Number: 0 },
    });
    expect((await wire.read(7)).toString()).toBe('surplus');
  });

  it.each([0, 15, 0x7fffffff, 0xffffffff])('refuse the length %i', async (length) => {
    const header = Buffer.alloc(16);
    header.writeUInt32LE(length, 0);
    far.write(header);
    await expect(readMuxPacket(wire)).rejects.toMatchObject({ code: 'device/bad-message' });
  });

  it('of the old binary protocol have no body', async () => {
    const packet = Buffer.alloc(20);
    packet.writeUInt32LE(20, 0);
    packet.writeUInt32LE(1, 8);
    far.write(packet);
    expect(await readMuxPacket(wire)).toMatchObject({ message: 1, body: null });
  });
});
