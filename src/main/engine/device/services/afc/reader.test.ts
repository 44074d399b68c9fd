import type { Socket } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { socketPair } from '../../test-support/socket-pair.ts';
import { SocketWire } from '../../wire/index.ts';
import { AFC_OPERATION, decodeHeader, encodePacket, u64 } from './messages.ts';
import { AfcReader } from './reader.ts';

let near: Socket;
let far: Socket;
let reader: AfcReader;
let peer: SocketWire;

beforeEach(async () => {
  [near, far] = await socketPair();
  reader = new AfcReader(new SocketWire(near));
  peer = new SocketWire(far);
});

afterEach(() => {
  near.destroy();
  far.destroy();
});

async function request(): Promise<{ operation: number; head: Buffer; number: bigint }> {
  const header = decodeHeader(await peer.read(40), 1 << 26);
  const head = await peer.read(header.wholeLength - 40);
  return { operation: header.operation, head, number: header.packetNumber };
}

const text = (...parts: string[]): Buffer => Buffer.from(parts.map((part) => `${part}\0`).join(''));

it('asks for many things before the first answer, and gives each its own', async () => {
  const all = Promise.all(['/a', '/b', '/c'].map((path) => reader.stat(path)));
  const asked = [await request(), await request(), await request()];
  expect(asked.map(({ head }) => head.toString())).toEqual(['/a\0', '/b\0', '/c\0']);
  for (const [index, { number }] of asked.entries()) {
    const facts = text('st_size', `${index}`, 'st_ifmt', 'S_IFREG');
    await peer.write(encodePacket(number, AFC_OPERATION.data, Buffer.alloc(0), facts));
  }
  expect((await all).map((stat) => stat?.sizeBytes)).toEqual([0, 1, 2]);
});

it('answers in another order are refused, and end everything', async () => {
  const both = Promise.allSettled([reader.stat('/a'), reader.stat('/b')]);
  await request();
  const second = await request();
  await peer.write(encodePacket(second.number, AFC_OPERATION.data, Buffer.alloc(0), text('st_size', '1')));
  const [first, other] = await both;
  expect(first).toMatchObject({ status: 'rejected', reason: { code: 'device/bad-message' } });
  expect(other).toMatchObject({ status: 'rejected', reason: { code: 'device/connection-lost' } });
});

it('begins in the middle, and stops at a limit', async () => {
  const reading = reader.read('/film', { offset: 7, maxBytes: 4 });
  const first = reading.next();
  const opening = await request();
  expect(opening.head).toEqual(Buffer.concat([u64(1), Buffer.from('/film\0')]));
  await peer.write(encodePacket(opening.number, AFC_OPERATION.fileOpened, u64(3)));
  const seeking = await request();
  expect([seeking.operation, seeking.head]).toEqual([AFC_OPERATION.fileSeek, u64(3, 0, 7)]);
  await peer.write(encodePacket(seeking.number, AFC_OPERATION.status, u64(0)));
  const data = async (bytes: string): Promise<void> => {
    const { number } = await request();
    await peer.write(encodePacket(number, AFC_OPERATION.data, Buffer.alloc(0), Buffer.from(bytes)));
  };
  await data('abc');
  expect((await first).value?.toString()).toBe('abc');
  const second = reading.next();
  second.catch(() => undefined);
  await data('def');
  const closing = await request();
  expect(closing.operation).toBe(AFC_OPERATION.fileClose);
  await peer.write(encodePacket(closing.number, AFC_OPERATION.status, u64(0)));
  await expect(second).rejects.toMatchObject({ code: 'device/bad-message' });
});

it('takes no figure that cannot be one', async () => {
  const looking = reader.stat('/a');
  const { number } = await request();
  const facts = text('st_size', '-5', 'st_mtime', '9e99', 'st_birthtime', '');
  await peer.write(encodePacket(number, AFC_OPERATION.data, Buffer.alloc(0), facts));
  expect(await looking).toEqual({ kind: 'other', sizeBytes: 0, modifiedMs: null, createdMs: null });
  const telling = reader.device();
  const asked = await request();
  expect(asked.operation).toBe(AFC_OPERATION.deviceInfo);
  const disk = text('Model', 'iPhone17,3', 'FSTotalBytes', '128000000000', 'FSFreeBytes', 'many');
  await peer.write(encodePacket(asked.number, AFC_OPERATION.data, Buffer.alloc(0), disk));
  expect(await telling).toEqual({ model: 'iPhone17,3', totalBytes: 128_000_000_000, freeBytes: null });
});

it('has no way to change anything', () => {
  const names = Object.getOwnPropertyNames(AfcReader.prototype);
  expect(names.filter((name) => /write|remove|make|rename|delete|lock/i.test(name))).toEqual([]);
});
