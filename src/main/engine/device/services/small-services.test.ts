import type { Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { encodePlist, type PlistDict } from '../../formats/plist/index.ts';
import { socketPair } from '../test-support/socket-pair.ts';
import { readPlistFrame, SocketWire, writePlistFrame } from '../wire/index.ts';
import { keepHeartbeat } from './heartbeat/index.ts';
import { InstallationProxyClient } from './installation-proxy/index.ts';
import { NotificationProxyClient } from './notification-proxy/index.ts';
import { SpringboardClient } from './springboard/index.ts';

vi.hoisted(() => {
  // What is added to the phone's own interval is half a second, and a silent shutdown takes a quarter.
  process.env['BACKSTOP_TIMEOUT_SCALE'] = '0.02';
});

let near: Socket;
let far: Socket;
let wire: SocketWire;
let peer: SocketWire;

beforeEach(async () => {
  [near, far] = await socketPair();
  wire = new SocketWire(near);
  peer = new SocketWire(far);
});

afterEach(() => {
  near.destroy();
  far.destroy();
});

const receive = async (): Promise<PlistDict> => (await readPlistFrame(peer, { maxBytes: 1 << 20 })) as PlistDict;
const send = (message: PlistDict): Promise<void> => writePlistFrame(peer, message, 'xml');

describe('the notification proxy', () => {
  it('observes and posts without waiting for an answer', async () => {
    const proxy = new NotificationProxyClient(wire);
    await proxy.observe(['a', 'b']);
    await proxy.post('c');
    expect([await receive(), await receive(), await receive()]).toEqual([
      { Command: 'ObserveNotification', Name: 'a' },
      { Command: 'ObserveNotification', Name: 'b' },
      { Command: 'PostNotification', Name: 'c' },
    ]);
  });

  it('tells what comes, until the proxy dies', async () => {
    const proxy = new NotificationProxyClient(wire);
    const seen: string[] = [];
    const listening = (async () => {
      for await (const name of proxy.events()) seen.push(name);
    })();
    await send({ Command: 'RelayNotification', Name: 'a' });
    await send({ Command: 'SomethingElse', Name: 'x' });
    await send({ Command: 'RelayNotification', Name: 'b' });
    await send({ Command: 'ProxyDeath' });
    await listening;
    expect(seen).toEqual(['a', 'b']);
  });

  it.each(['hangs up', 'is given up'])('ends its events quietly when it %s', async (how) => {
    const stop = new AbortController();
    const listening = new NotificationProxyClient(wire).events({ signal: stop.signal }).next();
    if (how === 'hangs up') far.destroy();
    else stop.abort();
    expect(await listening).toEqual({ done: true, value: undefined });
  });

  it('is closed only after it has taken what was posted', async () => {
    const proxy = new NotificationProxyClient(wire);
    await proxy.post('last');
    const closing = proxy.shutdown();
    expect(await receive()).toMatchObject({ Name: 'last' });
    expect(await receive()).toEqual({ Command: 'Shutdown' });
    await send({ Command: 'RelayNotification', Name: 'late' });
    await send({ Command: 'ProxyDeath' });
    await closing;
    expect(await peer.atEnd()).toBe(true);
  });

  it('is closed also while somebody listens, when it is silent, and when it has gone', async () => {
    const proxy = new NotificationProxyClient(wire);
    const listening = proxy.events().next();
    await proxy.shutdown();
    expect((await listening).done).toBe(true);
    const [a, b] = await socketPair();
    await new NotificationProxyClient(new SocketWire(a)).shutdown();
    b.destroy();
    const [c, d] = await socketPair();
    d.destroy();
    await new NotificationProxyClient(new SocketWire(c)).shutdown();
  });
});

describe('the heartbeat', () => {
  it('answers every beat, until the phone sleeps', async () => {
    const keeping = keepHeartbeat(wire);
    for (let beat = 0; beat < 3; beat += 1) {
      await send({ Command: 'Marco', Interval: 10 });
      expect(await receive()).toEqual({ Command: 'Polo' });
    }
    await send({ Command: 'SleepyTime' });
    expect(await keeping).toBe('asleep');
  });

  it('is lost when it stops, when it speaks nonsense, and when the connection ends', async () => {
    const stopped = keepHeartbeat(wire);
    await send({ Command: 'Marco', Interval: 1 });
    expect(await stopped).toBe('lost');
    for (const end of [(socket: Socket) => socket.write(Buffer.alloc(4)), (socket: Socket) => socket.destroy()]) {
      const [a, b] = await socketPair();
      const keeping = keepHeartbeat(new SocketWire(a));
      end(b);
      expect(await keeping).toBe('lost');
      b.destroy();
    }
  });

  it('stops when told to', async () => {
    const stop = new AbortController();
    const keeping = keepHeartbeat(wire, { signal: stop.signal });
    stop.abort();
    expect(await keeping).toBe('stopped');
  });
});

describe('the list of apps', () => {
  it('is read to its end, with what Info.plist needs', async () => {
    const listing = new InstallationProxyClient(wire).userApps();
    expect(await receive()).toMatchObject({
      Command: 'Browse',
      ClientOptions: {
        ApplicationType: 'User',
        ReturnAttributes: expect.arrayContaining(['ApplicationSINF', 'iTunesMetadata']),
      },
    });
    const full = {
      CFBundleIdentifier: 'com.example.a',
      CFBundleDisplayName: 'A',
      CFBundleVersion: '7',
      CFBundleShortVersionString: '1.0',
      ApplicationSINF: Buffer.from('sinf'),
      iTunesMetadata: Buffer.from('meta'),
    };
    await send({ Status: 'BrowsingApplications', CurrentList: [full, { CFBundleDisplayName: 'no id' }, 'x'] });
    await send({ Status: 'BrowsingApplications', CurrentList: [{ CFBundleIdentifier: 'com.example.b' }] });
    await send({ Status: 'Complete' });
    expect(await listing).toEqual([
      {
        bundleId: 'com.example.a',
        name: 'A',
        version: '7',
        shortVersion: '1.0',
        sinf: Buffer.from('sinf'),
        metadata: Buffer.from('meta'),
      },
      { bundleId: 'com.example.b', name: null, version: null, shortVersion: null, sinf: null, metadata: null },
    ]);
  });

  it('is refused by name', async () => {
    const listing = new InstallationProxyClient(wire).userApps();
    listing.catch(() => undefined);
    await receive();
    await send({ Error: 'APIInternalError', ErrorDescription: 'sorry' });
    await expect(listing).rejects.toMatchObject({
      code: 'device/refused',
      data: { reason: 'APIInternalError: sorry' },
    });
  });

  it('is no dictionary of anything else', async () => {
    const listing = new InstallationProxyClient(wire).userApps();
    listing.catch(() => undefined);
    await writePlistFrame(peer, ['x'], 'xml');
    await expect(listing).rejects.toMatchObject({ code: 'device/bad-message' });
  });
});

describe('an icon', () => {
  it('is a picture, or none', async () => {
    const springboard = new SpringboardClient(wire);
    const first = springboard.icon('com.example.a');
    expect(await receive()).toEqual({ command: 'getIconPNGData', bundleId: 'com.example.a' });
    await peer.write(
      Buffer.concat([
        Buffer.of(0, 0, 0, encodePlist({ pngData: Buffer.from('png') }, 'binary').length),
        encodePlist({ pngData: Buffer.from('png') }, 'binary'),
      ]),
    );
    expect(Buffer.from((await first) ?? []).toString()).toBe('png');
    const second = springboard.icon('com.example.b');
    await receive();
    await send({ Error: 'x' });
    expect(await second).toBeNull();
  });
});
