import { createLogger } from '../../../src/main/engine/log/index.ts';
import { parentPort } from '../../../src/main/engine/process/parent-port.ts';
import { type EngineService, runHost } from '../../../src/main/engine/process/run-host.ts';
import type { OpenedMedia } from '../../../src/shared/contract/carrier/index.ts';
import type { EngineEvent, InputOf, OutputOf, ProcedureName } from '../../../src/shared/contract/procedures/index.ts';
import { BackstopError } from '../../../src/shared/errors/index.ts';

/**
 * An engine whose state a test dictates, behind the real process, carrier and host calls: a phone that is half backed up or
 * has lost its disk takes a real engine minutes to get to, and the shell shows it all the same. `shell-engine.test.ts`
 * runs the real one.
 */
export interface Script {
  phones?: OutputOf<'phones.list'>['phones'];
  vaults?: OutputOf<'vaults.list'>['vaults'];
  jobs?: OutputOf<'jobs.list'>['jobs'];
  settings?: Partial<OutputOf<'settings.get'>>;
  /** Shown at `backstop-media://media/<token>`. */
  media?: Record<string, { readonly type: string; readonly text: string }>;
  events?: EngineEvent[];
  /** Ends at once, as a crash does. */
  crash?: boolean;
}

const state = {
  phones: [] as OutputOf<'phones.list'>['phones'],
  vaults: [] as OutputOf<'vaults.list'>['vaults'],
  jobs: [] as OutputOf<'jobs.list'>['jobs'],
  media: {} as NonNullable<Script['media']>,
  settings: {
    appearance: 'system',
    language: null,
    openAtLogin: true,
    menuBarIcon: true,
    lockBrowsing: false,
    autoLockMinutes: 5,
    verifyAfterUsb: 'quick',
    verifyAfterWifi: 'quick',
    limitDays: 3,
    notifyDone: false,
    notifyProblems: true,
    checkForUpdates: false,
    bytesPerSecond: null,
    dismissedHints: [],
    firstRunStep: 'done',
  } as OutputOf<'settings.get'>,
};
const listeners = new Set<(event: EngineEvent) => void>();
const places = new Map<string, string>();
/** For a test: what came in from the shell. */
const heard: { name: string; input?: unknown }[] = [];

const tell = (event: EngineEvent): void => {
  for (const listener of listeners) listener(event);
};

const service: EngineService = {
  async answer(name: ProcedureName, input: unknown): Promise<unknown> {
    heard.push({ name, input });
    switch (name) {
      case 'phones.list':
        return { phones: state.phones, muxer: 'ready' };
      case 'vaults.list':
        return { vaults: state.vaults };
      case 'jobs.list':
        return { jobs: state.jobs };
      case 'settings.get':
        return state.settings;
      case 'settings.set':
        Object.assign(state.settings, input as InputOf<'settings.set'>);
        tell({ type: 'changed', topic: 'settings' });
        return state.settings;
      case 'backups.start':
        return { job: 'job-of-tray' };
      case 'jobs.skipVerification':
        return { done: true };
      case 'system.info':
        return {
          version: '1.0.0',
          platform: 'linux',
          computerName: 'test',
          face: 'browser',
          keychain: 'none',
          canReveal: false,
          canOpenAtLogin: false,
          timeZone: 'UTC',
          cacheBytes: 0,
        };
      case 'lock.state':
        return { isOn: true, isLocked: true, systemUnlock: 'none' };
      case 'places.inspect':
        throw new BackstopError('app/unknown-place');
      default:
        throw new BackstopError('internal/bug', { message: `the scripted engine has no ${name}` });
    }
  },
  onEvent(listener) {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  async openMedia(token, range): Promise<OpenedMedia> {
    const one = state.media[token];
    if (one === undefined) throw new BackstopError('app/unknown-media');
    const bytes = Buffer.from(one.text, 'base64');
    const start = range?.start ?? 0;
    const end = Math.min(range?.end ?? bytes.length - 1, bytes.length - 1);
    const part = bytes.subarray(start, end + 1);
    const given = (async function* () {
      yield part;
    })();
    return { type: one.type, size: bytes.length, start, end, bytes: given };
  },
  host: {
    offerPlace(path) {
      const token = `place-token-${String(places.size).padStart(8, '0')}`;
      places.set(token, path);
      return token;
    },
    placePath(token) {
      const path = places.get(token);
      if (path === undefined) throw new BackstopError('app/unknown-place');
      return path;
    },
    unlock: () => void heard.push({ name: 'host.unlock' }),
    resumed: () => void heard.push({ name: 'host.resumed' }),
  },
  async close() {
    heard.push({ name: 'close' });
  },
};

const port = parentPort();
if (port === null) throw new Error('nobody talks to this engine');
port.onFrame((frame) => {
  const { type, script } = frame as { type?: unknown; script?: Script };
  if (type === 'heard?') port.post({ type: 'heard', heard });
  if (type !== 'script' || script === undefined) return;
  const { events = [], crash, settings, ...lists } = script;
  Object.assign(state, lists);
  if (settings !== undefined) Object.assign(state.settings, settings);
  if (lists.phones !== undefined) tell({ type: 'changed', topic: 'phones' });
  if (lists.vaults !== undefined) tell({ type: 'changed', topic: 'vaults' });
  if (settings !== undefined) tell({ type: 'changed', topic: 'settings' });
  for (const job of lists.jobs ?? []) tell({ type: 'job', job });
  for (const event of events) tell(event);
  if (crash === true) process.exit(70);
});
const log = createLogger({
  sink: () => undefined,
  level: 'error',
  clock: { now: () => new Date(), monotonicMs: () => 0 },
});
void runHost({ port, log, open: async () => service });
