import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DemoResult, Engine, WorkOptions } from '../../../shared/contract/index.ts';

/** Enough to look like a phone, little enough to be done in seconds. */
const DEMO_PHONE = { seed: 20_261_123, files: 600, bytes: 60e6, name: 'Demo iPhone' } as const;
/** The demo phone is no secret; real passwords never stand in a program. */
const DEMO_PASSWORD = 'demo password';

export interface DemoPlace {
  readonly home: string;
  readonly env: NodeJS.ProcessEnv;
}

/**
 * The whole main job on a simulated phone: an encrypted backup, a change on the phone, a second backup, both verified,
 * one exported. Everything goes through the same engine, sockets and vault as with a real phone.
 */
export async function runDemo(
  request: { readonly keepIn: string | null },
  engineAt: (place: DemoPlace) => Engine,
  options: WorkOptions,
): Promise<DemoResult> {
  const started = performance.now();
  // Loaded here only: no real backup has a use for a simulated phone.
  const { startSimulator } = await import('../../simulator/simulator.ts');
  const scratch = await mkdtemp(join(tmpdir(), 'backstop-demo-'));
  try {
    const socket =
      process.platform === 'win32'
        ? ({ kind: 'tcp', host: '127.0.0.1', port: 0 } as const)
        : ({ kind: 'unix', path: join(scratch, 'phone.sock') } as const);
    await mkdir(join(scratch, 'phone'));
    await using simulator = await startSimulator({
      listen: [socket],
      phones: [{ spec: DEMO_PHONE }],
      scratchDir: join(scratch, 'phone'),
    });
    const engine = engineAt({ home: join(scratch, 'home'), env: { USBMUXD_SOCKET_ADDRESS: simulator.address } });
    const vault = request.keepIn ?? join(scratch, 'vault');
    const askPassword = async (): Promise<string> => DEMO_PASSWORD;
    const say = (text: string): void => options.onNotice?.({ type: 'notice', code: 'demo', data: { text } });
    const backup = { udid: null, vault, full: false, unencrypted: false, verify: 'quick', askPassword } as const;

    say('A simulated iPhone is connected. Making its first backup, encrypted …');
    const first = await engine.backup(backup, options);
    say('Changing the phone: photos deleted and taken, messages written …');
    const change = { delete: { photos: 10 }, add: { photos: 5, messages: 20 }, edit: { notes: 1 } };
    await simulator.command({ cmd: 'mutate', ...change });
    say('Making a second version …');
    const second = await engine.backup(backup, options);
    say('Checking the first version again, with every key …');
    await engine.verify({ vault, snapshot: first.snapshot.id, level: 'open', askPassword }, options);
    say('Exporting the second version as a standard backup folder …');
    const directory =
      request.keepIn === null ? join(scratch, 'export') : `${request.keepIn}-export-${randomUUID().slice(0, 8)}`;
    const exported = await engine.export({ vault, snapshot: second.snapshot.id, directory }, options);
    const { snapshots } = await engine.snapshots({ vault, udid: null }, options);
    return {
      type: 'result',
      vault,
      kept: request.keepIn !== null,
      snapshots: snapshots.filter((one) => one.id === first.snapshot.id || one.id === second.snapshot.id),
      export: exported,
      seconds: (performance.now() - started) / 1000,
    };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
