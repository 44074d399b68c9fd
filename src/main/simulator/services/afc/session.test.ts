import { expect, it } from 'vitest';
import { SimulatedPhone } from '../../phone.ts';
import { makeTinyContent } from '../../test-support/tiny-content.ts';
import { AfcFaults } from './faults.ts';
import { joinStrings, AFC_OPERATION as OP, splitStrings, u64 } from './packets.ts';
import { AfcSession } from './session.ts';

const NOTHING = Buffer.alloc(0);

function makePhone(): SimulatedPhone {
  return new SimulatedPhone({ content: makeTinyContent({ seed: 1, files: 1, bytes: 1 }), scratchDir: '' });
}

/** A session as a host sees it: a number is a status, a buffer is what came instead. */
function client(phone: SimulatedPhone): {
  session: AfcSession;
  ask: (operation: number, argument: Buffer, bulk?: Buffer) => number | Buffer;
} {
  const session = new AfcSession(phone);
  return {
    session,
    ask: (operation, argument, bulk = NOTHING) => {
      const reply = Buffer.concat(session.reply({ number: 5n, operation, argument, bulk }));
      expect(reply.toString('latin1', 0, 8)).toBe('CFA6LPAA');
      expect(reply.readBigUInt64LE(8)).toBe(BigInt(reply.length));
      expect(reply.readBigUInt64LE(24)).toBe(5n);
      return reply.readBigUInt64LE(32) === BigInt(OP.status) ? Number(reply.readBigUInt64LE(40)) : reply.subarray(40);
    },
  };
}

const path = (text: string): Buffer => joinStrings([text]);
const open = (mode: number, text: string): Buffer => Buffer.concat([u64(mode), path(text)]);
const strings = (answer: number | Buffer): string[] =>
  typeof answer === 'number' ? [`status ${answer}`] : splitStrings(answer);

it('shows the content as a tree', () => {
  const { ask } = client(makePhone());
  expect(strings(ask(OP.readDirectory, path('/')))).toEqual(['.', '..', 'DCIM']);
  expect(strings(ask(OP.readDirectory, path('/DCIM/./100APPLE/')))).toEqual(['.', '..', 'IMG_0001.JPG']);
  expect(strings(ask(OP.readDirectory, path('/DCIM/nothing')))).toEqual(['status 8']);
  expect(strings(ask(OP.readDirectory, path('/../..')))).toEqual(['status 8']);
  const info = strings(ask(OP.getFileInfo, path('/DCIM/100APPLE/IMG_0001.JPG')));
  expect(info).toEqual(expect.arrayContaining(['st_ifmt', 'S_IFREG', 'st_mtime', '1700000000000000000']));
  expect(strings(ask(OP.getFileInfo, path('/DCIM')))).toContain('S_IFDIR');
  expect(strings(ask(OP.getDeviceInfo, NOTHING))).toContain('128000000000');
});

it('reads files from any place and protects them', () => {
  const { ask } = client(makePhone());
  const handle = ask(OP.openFile, open(1, '/DCIM/100APPLE/IMG_0001.JPG')) as Buffer;
  const read = (count: number): string => String(ask(OP.read, Buffer.concat([handle, u64(count)])));
  expect([read(5), read(4), read(100), read(100)]).toEqual(['photo', ' of ', 'phone 1', '']);
  expect(ask(OP.seek, Buffer.concat([handle, u64(0), u64(6)]))).toBe(0);
  expect(read(2)).toBe('of');
  expect(ask(OP.tell, handle)).toEqual(u64(8));
  expect(ask(OP.write, handle, Buffer.from('x'))).toBe(10);
  expect(ask(OP.close, handle)).toBe(0);
  expect(ask(OP.close, handle)).toBe(7);
  expect(ask(OP.openFile, open(3, '/DCIM/100APPLE/IMG_0001.JPG'))).toBe(10);
  expect(ask(OP.removePath, path('/DCIM/100APPLE/IMG_0001.JPG'))).toBe(10);
  expect(ask(OP.openFile, open(1, '/DCIM'))).toBe(9);
  expect(ask(OP.openFile, open(1, '/missing'))).toBe(8);
  expect(ask(0x77, NOTHING)).toBe(15);
});

it('takes what hosts write', () => {
  const phone = makePhone();
  const { ask } = client(phone);
  const file = '/iTunesRestore/RestoreApplications.plist';
  expect(ask(OP.openFile, open(4, file))).toBe(8);
  expect([ask(OP.makeDirectory, path('/iTunesRestore')), ask(OP.makeDirectory, path('/iTunesRestore'))]).toEqual([
    0, 0,
  ]);
  const handle = ask(OP.openFile, open(4, file)) as Buffer;
  expect(ask(OP.write, handle, Buffer.from('first '))).toBe(0);
  expect(ask(OP.write, handle, Buffer.from('second'))).toBe(0);
  expect(phone.media.readWritten(file)?.toString()).toBe('first second');
  expect(ask(OP.setSize, Buffer.concat([handle, u64(5)]))).toBe(0);
  expect(phone.media.readWritten(file)?.toString()).toBe('first');
  expect(ask(OP.removePath, path('/iTunesRestore'))).toBe(33);
  expect(ask(OP.rename, joinStrings(['/iTunesRestore', '/Other']))).toBe(0);
  expect(strings(ask(OP.readDirectory, path('/')))).toEqual(['.', '..', 'DCIM', 'Other']);
  expect(ask(OP.removeRecursive, path('/Other'))).toBe(0);
  expect(strings(ask(OP.readDirectory, path('/')))).toEqual(['.', '..', 'DCIM']);
});

it('lets one host hold the sync lock, and frees it when that host goes', () => {
  const phone = makePhone();
  const [first, second] = [client(phone), client(phone)];
  const lock = '/com.apple.itunes.lock_sync';
  const mine = first.ask(OP.openFile, open(2, lock)) as Buffer;
  const theirs = second.ask(OP.openFile, open(2, lock)) as Buffer;
  expect(first.ask(OP.lock, Buffer.concat([mine, u64(6)]))).toBe(0);
  expect(first.ask(OP.lock, Buffer.concat([mine, u64(6)]))).toBe(0);
  expect(phone.media.syncLockHeld).toBe(true);
  expect(second.ask(OP.lock, Buffer.concat([theirs, u64(6)]))).toBe(19);
  expect(second.ask(OP.lock, Buffer.concat([theirs, u64(5)]))).toBe(19);
  first.session.close();
  expect(phone.media.syncLockHeld).toBe(false);
  expect(second.ask(OP.lock, Buffer.concat([theirs, u64(6)]))).toBe(0);
  expect(second.ask(OP.lock, Buffer.concat([theirs, u64(12)]))).toBe(0);
  phone.media.lockBusy = true;
  expect(second.ask(OP.lock, Buffer.concat([theirs, u64(6)]))).toBe(19);
});

it('remembers for good what hosts changed, or tried to', () => {
  const phone = makePhone();
  const { ask } = client(phone);
  const photo = '/DCIM/100APPLE/IMG_0001.JPG';
  ask(OP.getFileInfo, path(photo));
  const looking = ask(OP.openFile, open(1, photo)) as Buffer;
  ask(OP.read, Buffer.concat([looking, u64(5)]));
  expect(phone.hostWrites.all).toEqual([]);
  ask(OP.openFile, open(3, photo));
  ask(OP.removePath, path(photo));
  ask(OP.removePath, path(photo));
  ask(OP.rename, joinStrings([photo, '/x']));
  ask(OP.makeLink, Buffer.concat([u64(2), joinStrings(['a', 'b'])]));
  ask(OP.write, looking, Buffer.from('x'));
  ask(OP.makeDirectory, path('/mine'));
  const lock = ask(OP.openFile, open(2, '/com.apple.itunes.lock_sync')) as Buffer;
  ask(OP.lock, Buffer.concat([lock, u64(6)]));
  const said = phone.hostWrites.all.map(({ operation, what, outcome }) => `${operation} ${what} ${outcome}`);
  expect(said).toEqual([
    `open-to-write ${photo} refused`,
    `remove ${photo} refused`,
    `rename ${photo} → /x refused`,
    expect.stringMatching(/^link .* refused$/),
    `write ${photo} refused`,
    'make-folder /mine done',
    'open-to-write /com.apple.itunes.lock_sync done',
    'lock /com.apple.itunes.lock_sync done',
  ]);
  expect(phone.hostWrites.report()[1]).toMatchObject({ operation: 'remove', times: 2 });
  expect(phone.events.entries.filter(({ event }) => event === 'host.write')).toHaveLength(said.length);
});

it('lies when it is told to', () => {
  const phone = makePhone();
  const faults = new AfcFaults();
  const session = new AfcSession(phone, faults);
  const ask = (operation: number, argument: Buffer): string[] => {
    const reply = Buffer.concat(session.reply({ number: 1n, operation, argument, bulk: NOTHING }));
    if (reply.readBigUInt64LE(32) === BigInt(OP.status)) return [`status ${reply.readBigUInt64LE(40)}`];
    return splitStrings(reply.subarray(40));
  };
  const photo = '/DCIM/100APPLE/IMG_0001.JPG';
  faults.arm({ kind: 'afc-extra-names', at: { path: '/DCIM' }, options: { names: ['../../etc', 'x'] } });
  faults.arm({ kind: 'afc-wrong-size', at: { path: photo }, options: { sizeBytes: 3 } });
  faults.arm({ kind: 'afc-endless', at: { path: '/DCIM/100APPLE' }, options: {} });
  expect(ask(OP.readDirectory, path('/DCIM'))).toEqual(['.', '..', '100APPLE', '../../etc', 'x']);
  expect(ask(OP.getFileInfo, path(photo)).slice(0, 2)).toEqual(['st_size', '3']);
  expect(ask(OP.readDirectory, path('/DCIM/100APPLE/again/again'))).toEqual(['.', '..', 'IMG_0001.JPG', 'again']);
  expect(ask(OP.getFileInfo, path('/DCIM/100APPLE/again'))).toContain('S_IFDIR');
  faults.clear();
  faults.arm({ kind: 'afc-refuse', at: { path: '/DCIM' }, options: {} });
  expect(ask(OP.readDirectory, path('/DCIM'))).toEqual(['status 10']);
  expect(ask(OP.openFile, open(1, photo))).toEqual(['status 10']);
  expect(ask(OP.readDirectory, path('/'))).toEqual(['.', '..', 'DCIM']);
  expect(faults.arm({ kind: 'other', at: {}, options: {} })).toBe(false);
  expect(() => faults.arm({ kind: 'afc-refuse', at: { path: 'DCIM' }, options: {} })).toThrow();
});
