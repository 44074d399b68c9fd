import { describe, expect, it } from 'vitest';
import { describeMuxEndpoint, muxEndpoint, notRunningHelp, parseMuxAddress } from './address.ts';

describe('USBMUXD_SOCKET_ADDRESS', () => {
  it.each([
    ['UNIX:/var/run/usbmuxd', { kind: 'unix', path: '/var/run/usbmuxd' }],
    ['unix:/tmp/phone.sock', { kind: 'unix', path: '/tmp/phone.sock' }],
    ['UNIX:///tmp/phone.sock', { kind: 'unix', path: '/tmp/phone.sock' }],
    ['/tmp/with space:1/p', { kind: 'unix', path: '/tmp/with space:1/p' }],
    ['127.0.0.1:27015', { kind: 'tcp', host: '127.0.0.1', port: 27015 }],
    ['my-pc.local:1', { kind: 'tcp', host: 'my-pc.local', port: 1 }],
    ['[::1]:65535', { kind: 'tcp', host: '::1', port: 65535 }],
    ['::1:27015', { kind: 'tcp', host: '::1', port: 27015 }],
    [' localhost:27015 ', { kind: 'tcp', host: 'localhost', port: 27015 }],
  ])('takes %s', (address, endpoint) => {
    expect(parseMuxAddress(address)).toEqual(endpoint);
  });

  it.each([
    'usbmuxd',
    'UNIX:',
    'host:0',
    'host:65536',
    'host:',
    ':27015',
    '[127.0.0.1]:1',
    '[]:1',
    'a:b:1',
    'http://x:1',
    'C:\\pipe',
  ])('refuses %s with the value in the error', (address) => {
    expect(() => parseMuxAddress(address)).toThrowError(
      expect.objectContaining({ code: 'usbmux/bad-address', data: { address } }),
    );
  });

  it('decides when it is set, and only then', () => {
    expect(muxEndpoint({ USBMUXD_SOCKET_ADDRESS: '/x' })).toEqual({ kind: 'unix', path: '/x' });
    expect(() => muxEndpoint({ USBMUXD_SOCKET_ADDRESS: 'nonsense' })).toThrow();
    const system = muxEndpoint({});
    expect(muxEndpoint({ USBMUXD_SOCKET_ADDRESS: '' })).toEqual(system);
    if (process.platform === 'linux')
      expect(['/var/run/usbmuxd', '127.0.0.1:27015']).toContain(describeMuxEndpoint(system));
  });
});

it('tells each system’s owner what to install', () => {
  expect(notRunningHelp('win32')).toContain('Apple Devices');
  expect(notRunningHelp('linux')).toContain('usbmuxd');
  expect(notRunningHelp('darwin')).toContain('macOS');
});
