import { type Settings, settings as schema } from '../../../shared/contract/procedures/index.ts';

export const DEFAULT_SETTINGS: Settings = {
  appearance: 'system',
  language: null,
  openAtLogin: false,
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
  firstRunStep: 'connect',
};

/** Values that are not understood (another program's, a hand's) are as if they had never been set. */
export function settingsFrom(stored: ReadonlyMap<string, string>): Settings {
  const found: Record<string, unknown> = { ...DEFAULT_SETTINGS };
  for (const [name, field] of Object.entries(schema.shape)) {
    const text = stored.get(name);
    if (text === undefined) continue;
    const parsed = field.safeParse(parsedText(text));
    if (parsed.success) found[name] = parsed.data;
  }
  return schema.parse(found);
}

function parsedText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
