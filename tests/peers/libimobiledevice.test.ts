import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { havePeers, type PeerResult, runPeer } from '../support/peers.ts';
import { type SimulatorProcess, startSimulatorProcess } from '../support/simulator-process.ts';

describe.skipIf(!havePeers('idevice_id', 'ideviceinfo', 'idevicepair'))(
  'libimobiledevice talks to the simulated iPhone',
  () => {
    let phone: SimulatorProcess;
    const peer = (command: string, ...args: string[]): Promise<PeerResult> =>
      runPeer(command, args, { address: phone.address });

    beforeAll(async () => {
      phone = await startSimulatorProcess({ args: ['--files', '60', '--bytes', '1M', '--seed', '41', '--wifi'] });
    });
    afterAll(() => phone.stop());

    it('idevice_id lists the phone on the cable and on Wi-Fi', async () => {
      expect((await peer('idevice_id', '-l')).stdout.trim()).toBe(phone.udid);
      expect((await peer('idevice_id', '-n')).stdout.trim()).toBe(phone.udid);
    });

    it('ideviceinfo without a session sees the open values only', async () => {
      const info = await peer('ideviceinfo', '-s');
      expect(info.code).toBe(0);
      expect(info.stdout).toContain(`UniqueDeviceID: ${phone.udid}`);
      expect(info.stdout).toContain('DevicePublicKey');
      expect(info.stdout).not.toContain('PhoneNumber');
    });

    it('idevicepair is held back by a locked screen, an open dialog and a refusal', async () => {
      await phone.command({ cmd: 'lock' });
      expect((await peer('idevicepair', 'pair')).stdout).toContain('passcode is set');
      await phone.command({ cmd: 'unlock' });
      await phone.command({ cmd: 'trust', answer: 'pending', times: 1 });
      expect((await peer('idevicepair', 'pair')).stdout).toContain('accept the trust dialog');
      await phone.command({ cmd: 'trust', answer: 'deny' });
      expect((await peer('idevicepair', 'pair')).stdout).toContain('user denied the trust dialog');
    });

    it('idevicepair pairs, validates and unpairs', async () => {
      await phone.command({ cmd: 'trust', answer: 'ok' });
      expect((await peer('idevicepair', 'pair')).stdout).toContain('SUCCESS: Paired');
      expect((await peer('idevicepair', 'validate')).stdout).toContain('SUCCESS: Validated');
      expect((await peer('idevicepair', 'hostid')).stdout.trim()).toMatch(/^[0-9A-F-]{36}$/);
      expect((await peer('idevicepair', 'unpair')).stdout).toContain('SUCCESS: Unpaired');
      expect((await peer('idevicepair', 'hostid')).stdout.trim()).not.toMatch(/^[0-9A-F-]{36}$/);
    });

    it('a host that the phone has forgotten is told so', async () => {
      await peer('idevicepair', 'pair');
      await phone.command({ cmd: 'trust', answer: 'reset' });
      const info = await peer('ideviceinfo', '-k', 'SerialNumber');
      expect(info.code).not.toBe(0);
      expect(info.stderr + info.stdout).toContain('-21');
      await peer('idevicepair', 'unpair');
      expect((await peer('idevicepair', 'pair')).stdout).toContain('SUCCESS');
    });

    it('ideviceinfo with a session reads every domain over TLS, on the cable and on Wi-Fi', async () => {
      const all = await peer('ideviceinfo');
      expect(all.stdout).toContain('PhoneNumber: ');
      expect(all.stdout).toContain('TimeIntervalSince1970: ');
      await phone.command({ cmd: 'battery', level: 37, charging: false });
      expect((await peer('ideviceinfo', '-q', 'com.apple.mobile.battery')).stdout).toContain(
        'BatteryCurrentCapacity: 37',
      );
      expect((await peer('ideviceinfo', '-n', '-q', 'com.apple.mobile.battery')).stdout).toContain(
        'BatteryCurrentCapacity: 37',
      );
      expect((await peer('ideviceinfo', '-q', 'com.apple.mobile.backup', '-k', 'WillEncrypt')).stdout.trim()).toBe(
        'false',
      );
    });

    it('a detached phone is gone and comes back under a new number', async () => {
      await phone.command({ cmd: 'detach', via: 'usb' });
      expect((await peer('idevice_id', '-l')).stdout.trim()).toBe('');
      expect((await peer('ideviceinfo', '-n', '-k', 'DeviceName')).code).toBe(0);
      await phone.command({ cmd: 'attach', via: 'usb' });
      expect((await peer('idevice_id', '-l')).stdout.trim()).toBe(phone.udid);
    });

    it('the smaller tools work too: name, battery, notifications', async () => {
      expect((await peer('idevicename', 'Ada’s iPhone')).code).toBe(0);
      expect((await peer('idevicename')).stdout.trim()).toBe('Ada’s iPhone');
      expect((await peer('idevicediagnostics', 'ioregentry', 'IOPMPowerSource')).stdout).toContain('CycleCount');
      expect((await peer('idevicenotificationproxy', 'post', 'com.example.hello')).code).toBe(0);
      const report = (await phone.command({ cmd: 'report' }))['phones'] as { hostNotifications: string[] }[];
      expect(report[0]?.hostNotifications).toContain('com.example.hello');
    });

    it('TLS faults reach the real client as failures and pass', async () => {
      for (const kind of ['tls-refused', 'tls-garbage']) {
        await phone.command({ cmd: 'fault', kind, at: { service: 'lockdownd' } });
        expect((await peer('ideviceinfo', '-k', 'SerialNumber')).code).not.toBe(0);
      }
      await phone.command({ cmd: 'fault', kind: 'slow', at: { service: 'lockdownd-session' } });
      const info = await peer('ideviceinfo', '-k', 'SerialNumber');
      expect(info.code).toBe(0);
      const report = (await phone.command({ cmd: 'report' }))['phones'] as { armedFaults: number }[];
      expect(report[0]?.armedFaults).toBe(0);
    });
  },
);

describe.skipIf(!havePeers('idevice_id', 'ideviceinfo'))('libimobiledevice talks to several simulated iPhones', () => {
  it('over TCP, each with its own Wi-Fi address', async () => {
    await using phones = await startSimulatorProcess({
      args: ['--files', '40', '--bytes', '1M', '--phones', '2', '--wifi', '--listen', 'tcp:127.0.0.1:0'],
    });
    const udids = phones.phones.map((phone) => phone.udid);
    const listed = await runPeer('idevice_id', ['-l'], { address: phones.address });
    expect(listed.stdout.trim().split('\n').sort()).toEqual([...udids].sort());
    for (const [index, udid] of udids.entries()) {
      const name = await runPeer('ideviceinfo', ['-u', udid, '-n', '-s', '-k', 'DeviceName'], {
        address: phones.address,
      });
      expect(name.stdout.trim()).toBe(phones.phones[index]?.name);
    }
  });
});
