import type { Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { socketPair } from '../../test-support/socket-pair.ts';
import { SocketWire } from '../../wire/index.ts';
import { AfcClient } from './client.ts';
import { AFC_MODE, decodeHeader, encodePacket, u64 } from './messages.ts';

interface Request {
  readonly operation: number;
  readonly head: Buffer;
  readonly data: Buffer;
  readonly packetNumber: bigint;
}

let near: Socket;
let far: Socket;
let afc: AfcClient;
let peer: SocketWire;

beforeEach(async () => {
  [near, far] = await socketPair();
  afc = new AfcClient(new SocketWire(near));
  peer = new SocketWire(far);
});

afterEach(() => {
  near.destroy();
  far.destroy();
});

async function request(): Promise<Request> {
  const header = decodeHeader(await peer.read(40), 1 << 26);
  const head = await peer.read(header.headLength - 40);
  const data = await peer.read(header.wholeLength - header.headLength);
  return { operation: header.operation, head, data, packetNumber: header.packetNumber };
}

async function answer(operation: number, head: Uint8Array, data?: Uint8Array): Promise<Request> {
  const asked = await request();
  await peer.write(encodePacket(asked.packetNumber, operation, head, data));
  return asked;
}

const status = (number: number): Promise<Request> => answer(0x01, u64(number));
const text = (...parts: string[]): Promise<Request> =>
  answer(0x02, Buffer.alloc(0), Buffer.from(parts.map((part) => `${part}\0`).join('')));

it('speaks the header of the reference', async () => {
  const listing = afc.list('/DCIM');
  const bytes = await peer.read(46);
  expect(bytes.toString('hex')).toBe(
    [
      Buffer.from('CFA6LPAA').toString('hex'),
      '2e00000000000000',
      '2e00000000000000',
      '0100000000000000',
      '0300000000000000',
      Buffer.from('/DCIM\0').toString('hex'),
    ].join(''),
  );
  const names = ['.', '..', '100APPLE', 'Fotos äöü'].map((name) => `${name}\0`).join('');
  await peer.write(encodePacket(1n, 2, Buffer.alloc(0), Buffer.from(names)));
  expect(await listing).toEqual(['100APPLE', 'Fotos äöü']);
});

describe('looking', () => {
  it('tells kind, size and time', async () => {
    const looking = afc.stat('/a');
    await text('st_size', '5000000000', 'st_ifmt', 'S_IFREG', 'st_mtime', '1700000000123456789', 'odd');
    const stat = { kind: 'file', sizeBytes: 5_000_000_000, modifiedMs: 1_700_000_000_123, createdMs: null };
    expect(await looking).toEqual(stat);
  });

  it.each([8, 4])('takes status %i for a missing file', async (number) => {
    const looking = afc.stat('/a');
    await status(number);
    expect(await looking).toBeNull();
    const reading = afc.readFile('/a', 10);
    await status(number);
    expect(await reading).toBeNull();
  });

  it('names other failures', async () => {
    const looking = afc.list('/a');
    await status(10);
    await expect(looking).rejects.toMatchObject({
      code: 'device/file-error',
      data: { reason: 'permission denied', path: '/a', status: 10 },
    });
  });
});

describe('reading and writing', () => {
  it('asks for the next piece only when it is wanted, and closes', async () => {
    const reading = afc.readFile('/a', 100);
    expect((await answer(0x0e, u64(77))).head.subarray(0, 8)).toEqual(u64(AFC_MODE.read));
    expect((await answer(0x02, Buffer.alloc(0), Buffer.from('hel'))).head).toEqual(u64(77, 1024 * 1024));
    await answer(0x02, Buffer.alloc(0), Buffer.from('lo'));
    await answer(0x02, Buffer.alloc(0));
    expect((await status(0)).operation).toBe(0x14);
    expect((await reading)?.toString()).toBe('hello');
  });

  it('does not read more than it was allowed to', async () => {
    const reading = afc.readFile('/a', 3);
    reading.catch(() => undefined);
    await answer(0x0e, u64(1));
    await answer(0x02, Buffer.alloc(0), Buffer.from('hello'));
    await status(0);
    await expect(reading).rejects.toMatchObject({ code: 'device/bad-message' });
  });

  it('takes an I/O error in the middle for what it is', async () => {
    const reading = afc.readFile('/a', 100);
    reading.catch(() => undefined);
    await answer(0x0e, u64(1));
    await status(4);
    await status(0);
    await expect(reading).rejects.toMatchObject({ code: 'device/file-error', data: { reason: 'read error' } });
  });

  it('writes behind a head of 48 bytes', async () => {
    const writing = afc.writeFile('/a', Buffer.from('hello'));
    await answer(0x0e, u64(9));
    const sent = await status(0);
    expect([sent.operation, sent.head, sent.data.toString()]).toEqual([0x10, u64(9), 'hello']);
    await status(0);
    await writing;
  });

  it('makes and removes, whatever was there', async () => {
    const making = afc.makeDirectory('/d');
    await status(16);
    await making;
    const removing = afc.remove('/d');
    await status(8);
    await removing;
    const refused = afc.remove('/d');
    await status(33);
    await expect(refused).rejects.toMatchObject({ data: { reason: 'directory not empty' } });
  });
});

describe('the sync lock', () => {
  it('is taken, or held by somebody else', async () => {
    const opening = afc.open('/com.apple.itunes.lock_sync', AFC_MODE.readWrite);
    expect((await answer(0x0e, u64(5))).head.subarray(0, 8)).toEqual(u64(2));
    const handle = await opening;
    const first = afc.lock(handle);
    expect((await status(19)).head).toEqual(u64(5, 6));
    expect(await first).toBe(false);
    const second = afc.lock(handle);
    await status(0);
    expect(await second).toBe(true);
    const unlocking = afc.unlock(handle);
    expect((await status(0)).head).toEqual(u64(5, 12));
    await unlocking;
  });
});

describe('a peer that misbehaves', () => {
  it.each<[string, (packetNumber: bigint) => Buffer]>([
    ['with another word at the beginning', () => Buffer.alloc(40)],
    ['with a length of 2 GiB', () => Buffer.concat([Buffer.from('CFA6LPAA'), u64(0x80000000, 40, 1, 1)])],
    ['with a length below its header', () => Buffer.concat([Buffer.from('CFA6LPAA'), u64(39, 39, 1, 1)])],
    ['with a head longer than the whole', () => Buffer.concat([Buffer.from('CFA6LPAA'), u64(48, 56, 1, 1)])],
    ['with an answer to another request', (number) => encodePacket(number + 1n, 1, u64(0))],
    ['with an answer of another kind', (number) => encodePacket(number, 0x0e, u64(0))],
  ])('%s is refused', async (_name, bytes) => {
    const making = afc.makeDirectory('/d');
    making.catch(() => undefined);
    const { packetNumber } = await request();
    await peer.write(bytes(packetNumber));
    await expect(making).rejects.toMatchObject({ code: 'device/bad-message' });
  });

  it('that hangs up ends the request and every later one', async () => {
    const [first, second] = [afc.list('/a'), afc.list('/b')];
    second.catch(() => undefined);
    far.destroy();
    await expect(first).rejects.toMatchObject({ code: 'device/connection-lost' });
    await expect(second).rejects.toMatchObject({ code: 'device/connection-lost' });
  });
});

it('sends requests of several callers one after the other', async () => {
  const both = Promise.all([afc.list('/a'), afc.list('/b')]);
  expect((await text('x')).head.toString()).toBe('/a\0');
  expect((await text('y')).head.toString()).toBe('/b\0');
  expect(await both).toEqual([['x'], ['y']]);
});
