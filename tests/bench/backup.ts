import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type SimulatorProcess, startSimulatorProcess } from '../support/simulator-process.ts';
import { type Measured, measure, median } from './measure.ts';

const PASSWORD = 'bench password';
const ROOT = join(import.meta.dirname, '../..');
/** What `npm run backstop` gives to Node: the program is measured as it is run. */
const COMMAND = backstopCommand();

function backstopCommand(): string[] {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { scripts: { backstop: string } };
  const words = scripts.backstop.split(' ').slice(1);
  return words.map((word) => (word.startsWith('-') ? word : join(ROOT, word)));
}

interface Scenario {
  readonly name: string;
  readonly files: number;
  readonly bytes: string;
  readonly encrypted: boolean;
}

interface BenchOptions {
  readonly runs: number;
  readonly quick: boolean;
}

/**
 * First backups against idevicebackup2 followed by `sync -f` of its folder, on the same simulated phone in the same run;
 * an incremental one against our own first; peak memory with half a million files. Prints ratios; asserts nothing.
 */
export async function benchBackup({ runs, quick }: BenchOptions): Promise<void> {
  const big = quick ? { files: 20, bytes: '200M' } : { files: 20, bytes: '2G' };
  const many = quick ? { files: 5000, bytes: '10M' } : { files: 50_000, bytes: '100M' };
  const scenarios: Scenario[] = [];
  for (const encrypted of [false, true]) {
    const kind = encrypted ? 'encrypted' : 'plain';
    scenarios.push({ name: `${big.bytes} in ${big.files} files, ${kind}`, ...big, encrypted });
    scenarios.push({ name: `${many.files} small files, ${kind}`, ...many, encrypted });
  }
  const start = median(
    await repeat(5, async () => (await measure(process.execPath, [...COMMAND, 'version'], process.env)).seconds),
  );
  console.log(`process start: ${start.toFixed(2)} s (median of 5)`);
  for (const scenario of scenarios) await compare(scenario, runs, start);
  await memory(quick ? 50_000 : 500_000);
}

async function compare(scenario: Scenario, runs: number, startSeconds: number): Promise<void> {
  const theirs: number[] = [];
  const ours: number[] = [];
  const verification: number[] = [];
  const incremental: number[] = [];
  for (let run = 0; run < runs; run += 1) {
    await using place = await scratch();
    const phone = await startPhone(scenario, place.path, run);
    try {
      const env = { ...process.env, USBMUXD_SOCKET_ADDRESS: phone.address };
      await must(measure('idevicepair', ['-u', phone.udid, 'pair'], env));
      theirs.push(await peer(phone, place.path, env));
      const first = await backstop(phone, place.path, env, scenario.encrypted);
      ours.push(first.seconds);
      verification.push(first.verificationSeconds);
      if (scenario.files >= 1000) {
        await phone.command({ cmd: 'mutate', percent: 1 });
        incremental.push((await backstop(phone, place.path, env, scenario.encrypted)).seconds);
      }
    } finally {
      await phone.stop();
    }
  }
  const mine = median(ours);
  const peerSeconds = median(theirs);
  console.log(`\n${scenario.name} (median of ${runs})`);
  console.log(`  idevicebackup2 + sync -f  ${peerSeconds.toFixed(2)} s`);
  console.log(
    `  Backstop                  ${mine.toFixed(2)} s   ratio ${(mine / peerSeconds).toFixed(2)} (goal: at most 1.00)`,
  );
  console.log(`  its verification          ${median(verification).toFixed(2)} s (not in the figure above)`);
  if (incremental.length > 0) {
    const seconds = median(incremental);
    const share = (seconds - startSeconds) / mine;
    console.log(
      `  incremental, 1 % changed  ${seconds.toFixed(2)} s   ${(share * 100).toFixed(1)} % of the first beyond process start (goal: at most 10 %)`,
    );
  }
}

async function peer(phone: SimulatorProcess, place: string, env: NodeJS.ProcessEnv): Promise<number> {
  const folder = join(place, 'peer');
  await mkdir(folder);
  const backup = await must(measure('idevicebackup2', ['-u', phone.udid, 'backup', '--full', folder], env));
  const sync = await must(measure('sync', ['-f', folder], env));
  await rm(folder, { recursive: true });
  return backup.seconds + sync.seconds;
}

interface OurRun {
  /** Wall time of the whole process without its verification, which it reports itself. */
  readonly seconds: number;
  readonly verificationSeconds: number;
  readonly peakBytes: number;
}

async function backstop(
  phone: SimulatorProcess,
  place: string,
  env: NodeJS.ProcessEnv,
  encrypted: boolean,
): Promise<OurRun> {
  const args = [
    ...COMMAND,
    'backup',
    phone.udid,
    '--json',
    '--vault',
    join(place, 'vault'),
    ...(encrypted ? [] : ['--unencrypted']),
  ];
  const run = await must(
    measure(process.execPath, args, {
      ...env,
      BACKSTOP_HOME: join(place, 'home'),
      ...(encrypted ? { BACKSTOP_PASSWORD: PASSWORD } : {}),
    }),
  );
  const last = run.stdout.trimEnd().split('\n').at(-1) ?? '';
  const result = JSON.parse(last) as { seconds: { verification: number }; verification: { ok: boolean } };
  if (!result.verification.ok) throw new Error(`the version did not verify: ${last}`);
  const verificationSeconds = result.seconds.verification;
  return { seconds: run.seconds - verificationSeconds, verificationSeconds, peakBytes: run.peakBytes };
}

async function memory(files: number): Promise<void> {
  await using place = await scratch();
  const scenario: Scenario = { name: 'memory', files, bytes: `${files * 1024}`, encrypted: true };
  const phone = await startPhone(scenario, place.path, 0);
  try {
    const env = { ...process.env, USBMUXD_SOCKET_ADDRESS: phone.address };
    const first = await backstop(phone, place.path, env, true);
    await phone.command({ cmd: 'mutate', percent: 1 });
    const second = await backstop(phone, place.path, env, true);
    const peak = Math.max(first.peakBytes, second.peakBytes) / 1e6;
    console.log(`\npeak memory with ${files} files, encrypted: ${peak.toFixed(0)} MB (goal: below 300 MB)`);
    console.log(
      `  first ${first.seconds.toFixed(1)} s + verification ${first.verificationSeconds.toFixed(1)} s; incremental ${second.seconds.toFixed(1)} s + ${second.verificationSeconds.toFixed(1)} s`,
    );
  } finally {
    await phone.stop();
  }
}

function startPhone(scenario: Scenario, place: string, run: number): Promise<SimulatorProcess> {
  return startSimulatorProcess({
    args: [
      '--listen',
      `unix:${join(place, 'phone.sock')}`,
      '--files',
      String(scenario.files),
      '--bytes',
      scenario.bytes,
      '--seed',
      String(100 + run),
      '--kdf-iterations',
      '1000',
      // How long a person takes at the passcode screen is nobody's work.
      '--passcode-delay',
      '0',
      '--scratch',
      join(place, 'phone'),
      ...(scenario.encrypted ? ['--encrypted', '--password-env', 'BENCH_PASSWORD'] : []),
    ],
    env: { BENCH_PASSWORD: PASSWORD },
  });
}

async function must(run: Promise<Measured>): Promise<Measured> {
  const done = await run;
  if (done.code !== 0)
    throw new Error(`a measured program failed (${done.code}): ${done.stderr.slice(-500)} ${done.stdout.slice(-500)}`);
  return done;
}

async function repeat<T>(times: number, work: () => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  for (let i = 0; i < times; i += 1) results.push(await work());
  return results;
}

async function scratch(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'backstop-bench-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}
