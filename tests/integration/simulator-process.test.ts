import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { readPlistFrame } from '../../src/main/engine/device/wire/index.ts';
import { stringAt } from '../../src/main/engine/formats/plist/index.ts';
import { TinyHost } from '../../src/main/simulator/test-support/tiny-host.ts';
import { startSimulatorProcess } from '../support/simulator-process.ts';

const SIMULATOR = join(import.meta.dirname, '../../src/main/simulator/index.ts');
const SMALL = ['--files', '40', '--bytes', '1M'];

describe('the simulator as a process', () => {
  let dir = '';
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'backstop-process-'));
  });
  afterEach(() => rm(dir, { recursive: true, force: true }));

  function run(
    args: readonly string[],
    stdin: 'pipe' | 'ignore' = 'pipe',
  ): { child: ChildProcess; lines: AsyncIterator<string>; exit: Promise<number | null> } {
    const child = spawn(process.execPath, [SIMULATOR, ...args], {
      stdio: [stdin, 'pipe', 'pipe'],
      env: { ...process.env, TMPDIR: dir },
    });
    if (child.stdout === null) throw new Error('no output');
    const exit = once(child, 'exit').then(([code]) => code as number | null);
    return { child, lines: createInterface({ input: child.stdout })[Symbol.asyncIterator](), exit };
  }

  async function errorOf(args: readonly string[]): Promise<{ code: number | null; text: string }> {
    const { child, exit } = run(args);
    let text = '';
    child.stderr?.on('data', (chunk) => {
      text += chunk;
    });
    const code = await exit;
    return { code, text };
  }

  it('ends with 2 and a sentence for bad arguments, and with 1 where it cannot listen', async () => {
    expect(await errorOf(['--listen', 'nowhere'])).toMatchObject({
      code: 2,
      text: expect.stringContaining('--listen nowhere'),
    });
    expect(await errorOf([])).toMatchObject({ code: 2 });
    expect(await errorOf(['--listen', `unix:${dir}/no/such/folder/s`, ...SMALL])).toMatchObject({
      code: 1,
      text: expect.stringContaining('/no/such/folder/s'),
    });
    const scenario = join(dir, 'bad.json');
    await writeFile(scenario, '[{"cmd":"jump"}]');
    expect(await errorOf(['--listen', `unix:${dir}/s`, '--scenario', scenario])).toMatchObject({ code: 2 });
    expect(await readdir(dir)).toEqual(['bad.json']);
  });

  it('answers each line with one line, in order, and leaves nothing behind', async () => {
    const { child, lines, exit } = run(['--listen', `unix:${dir}/s`, ...SMALL, '--name', 'Ada', '--ios', '17.4.1']);
    const ready = JSON.parse((await lines.next()).value);
    expect(ready).toMatchObject({
      type: 'ready',
      address: `UNIX:${dir}/s`,
      phones: [{ name: 'Ada', udid: expect.any(String) }],
    });
    child.stdin?.write('{"cmd":"lock"}\nnot json\n\n{"cmd":"jump"}\n{"cmd":"report"}\n{"cmd":"stop"}\n');
    const answers = [];
    for (let line = await lines.next(); line.done !== true; line = await lines.next())
      answers.push(JSON.parse(line.value));
    expect(answers.map((answer) => answer.ok)).toEqual([true, false, false, true, true]);
    expect(answers[3].phones[0].state).toMatchObject({ locked: true, willEncrypt: false });
    expect(await exit).toBe(0);
    expect(await readdir(dir)).toEqual([]);
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('ends cleanly on %s', async (signal) => {
    const { child, lines, exit } = run(['--listen', `unix:${dir}/s`, ...SMALL]);
    await lines.next();
    expect(existsSync(join(dir, 's'))).toBe(true);
    child.kill(signal);
    expect(await exit).toBe(0);
    expect(await readdir(dir)).toEqual([]);
  });

  it('does not outlive a parent that gave commands, nor any parent with --exit-with-parent', async () => {
    const used = run(['--listen', `unix:${dir}/s`, ...SMALL]);
    await used.lines.next();
    used.child.stdin?.end('{"cmd":"lock"}\n');
    expect(await used.exit).toBe(0);
    const bound = run(['--listen', `unix:${dir}/t`, ...SMALL, '--exit-with-parent']);
    await bound.lines.next();
    bound.child.stdin?.end();
    expect(await bound.exit).toBe(0);
  });

  it('ends when the shell between it and its caller is killed, as npm kills its own', async () => {
    const env = { ...process.env, TMPDIR: dir, npm_lifecycle_event: 'simulator' };
    const command = `'${process.execPath}' '${SIMULATOR}' --listen 'unix:${dir}/s' ${SMALL.join(' ')}; true`;
    const shell = spawn('sh', ['-c', command], { stdio: ['pipe', 'pipe', 'inherit'], env });
    // Should it live on, nothing else ends it; whoever holds its output would wait for ever.
    onTestFinished(() => void shell.stdin.end('{"cmd":"stop"}\n'));
    const output = createInterface({ input: shell.stdout });
    await once(output, 'line');
    const ended = once(output, 'close');
    shell.kill('SIGKILL');
    await ended;
    expect(await readdir(dir)).toEqual([]);
  });

  it('goes on without an input', async () => {
    const { child, lines, exit } = run(['--listen', `unix:${dir}/s`, ...SMALL], 'ignore');
    const ready = JSON.parse((await lines.next()).value);
    const host = new TinyHost(ready.address);
    expect(await host.ask({ MessageType: 'ReadBUID' })).toHaveProperty('BUID');
    child.kill('SIGTERM');
    expect(await exit).toBe(0);
  });

  it('writes the truth at the start and on command, and keeps keys and pairings where it is told to', async () => {
    const args = [
      '--listen',
      `unix:${dir}/s`,
      ...SMALL,
      '--scratch',
      join(dir, 'scratch'),
      '--pair-records',
      join(dir, 'records'),
    ];
    const host = await (async () => {
      await using phone = await startSimulatorProcess({ args: [...args, '--truth', join(dir, 'truth.json')] });
      await phone.command({ cmd: 'truth', file: join(dir, 'again.json') });
      const tiny = new TinyHost(phone.address);
      await tiny.pair(1);
      return tiny;
    })();
    const truth = JSON.parse(await readFile(join(dir, 'truth.json'), 'utf8'));
    expect(truth).toMatchObject({ udid: expect.any(String), files: expect.any(Array), items: expect.any(Object) });
    expect(await readFile(join(dir, 'again.json'), 'utf8')).toBe(await readFile(join(dir, 'truth.json'), 'utf8'));
    await using _again = await startSimulatorProcess({ args });
    const session = await host.session(1);
    expect(stringAt(await session.ask({ Request: 'GetValue', Key: 'UniqueDeviceID' }), 'Value')).toBe(truth.udid);
    session.close();
  });

  it('closes a lockdownd connection that neither speaks nor has a session', async () => {
    await using phone = await startSimulatorProcess({
      args: ['--listen', `unix:${dir}/s`, ...SMALL],
      env: { BACKSTOP_TIMEOUT_SCALE: '0.005' },
    });
    const lockdown = await new TinyHost(phone.address).lockdown(1);
    expect(await lockdown.wire.atEnd()).toBe(true);
  });

  it('closes the Wi-Fi connections of a host that does not answer the heartbeat', async () => {
    await using phone = await startSimulatorProcess({
      args: ['--listen', `unix:${dir}/s`, ...SMALL, '--wifi'],
      env: { BACKSTOP_TIMEOUT_SCALE: '0.005' },
    });
    const host = new TinyHost(phone.address);
    await host.pair(1);
    const proxy = await host.service(2, 'com.apple.mobile.notification_proxy');
    const heartbeat = await host.service(2, 'com.apple.mobile.heartbeat');
    expect(stringAt(await readPlistFrame(heartbeat, { maxBytes: 4096 }), 'Command')).toBe('Marco');
    expect(await proxy.atEnd()).toBe(true);
    expect(await heartbeat.atEnd()).toBe(true);
  });
});
