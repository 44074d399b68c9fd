import { isBackstopError } from '../../../../shared/errors/index.ts';
import type { AfcClient, Phone, InstalledApp as ProxyApp } from '../../device/index.ts';
import { scaledMs } from '../../platform/index.ts';
import type { InstalledApp, PhoneExtras } from '../info-plist/index.ts';

export interface PhoneExtrasRead {
  readonly extras: PhoneExtras;
  /** What could not be read, in words. */
  readonly missing: readonly string[];
}

interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

/**
 * What Info.plist tells beyond the phone's own values: apps with their papers and icons, and iTunes' and Books' own
 * files. All of it is dressing: a phone that lacks a service, or one that fails, gets a poorer Info.plist and no error.
 */

/** Names in `/iTunes_Control/iTunes/` that Apple's host copies (device protocols 6.1). */
const ITUNES_FILES: readonly string[] = [
  'ApertureAlbumPrefs',
  'IC-Info.sidb',
  'IC-Info.sidv',
  'PhotosFolderAlbums',
  'PhotosFolderName',
  'PhotosFolderPrefs',
  'VoiceMemos.plist',
  'iPhotoAlbumPrefs',
  'iTunesApplicationIDs',
  'iTunesPrefs',
  'iTunesPrefs.plist',
];
const ITUNES_FOLDER = '/iTunes_Control/iTunes';
const IBOOKS_FILE = '/Books/iBooksData2.plist';

const MAX_FILE_BYTES = 4 * 1024 * 1024;
const MAX_PAPER_BYTES = 1024 * 1024;
const MAX_ICON_BYTES = 512 * 1024;
/** Of all apps together: a real Info.plist has 1 to 11 MB. */
const MAX_TOTAL_BYTES = 32 * 1024 * 1024;
const MAX_APPS = 5_000;
/** Icons are 5 to 20 ms each; a phone that is slower than this goes without the rest of them. */
const ICONS_TIMEOUT_MS = scaledMs(60_000);

/** Everything but the icons, which are added by `addIcons`. */
export async function readExtras(phone: Phone, options: CallOptions = {}): Promise<PhoneExtrasRead> {
  const missing: string[] = [];
  const listed = await orElse('installed apps', () => readApps(phone, options), [], missing, options);
  const none = { itunesFiles: new Map(), ibooksData2: null };
  const files = await orElse('iTunes files', () => readFiles(phone, options), none, missing, options);
  return { extras: { apps: boundPapers(listed), ...files }, missing };
}

/** An icon that is known already, because the app is the same as it was then. */
export type KnownIcon = (app: InstalledApp) => Uint8Array | null;

/** Asks the phone for the icons that are not known: on a real one 5 to 20 ms each, one after the other. */
export async function addIcons(
  phone: Phone,
  { extras, missing }: PhoneExtrasRead,
  knownIcon: KnownIcon,
  options: CallOptions = {},
): Promise<PhoneExtrasRead> {
  const icons = new Map<string, Uint8Array | null>();
  const wanted: string[] = [];
  for (const app of extras.apps) {
    // Apps without both papers are not entered into Info.plist at all.
    if (app.sinf === null || app.itunesMetadata === null) continue;
    const known = knownIcon(app);
    icons.set(app.bundleId, known);
    if (known === null) wanted.push(app.bundleId);
  }
  const lacking = [...missing];
  if (wanted.length > 0) {
    await orElse('app icons', () => readIcons(phone, wanted, icons, options), undefined, lacking, options);
  }
  const apps = extras.apps.map((app) => ({ ...app, icon: icons.get(app.bundleId) ?? null }));
  return { extras: { ...extras, apps }, missing: lacking };
}

async function orElse<T>(
  what: string,
  work: () => Promise<T>,
  otherwise: T,
  missing: string[],
  options: CallOptions,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    options.signal?.throwIfAborted();
    if (!isBackstopError(error)) throw error;
    missing.push(what);
    return otherwise;
  }
}

async function readApps(phone: Phone, options: CallOptions): Promise<readonly ProxyApp[]> {
  const proxy = await phone.installationProxy(options);
  try {
    return (await proxy.userApps(options)).slice(0, MAX_APPS);
  } finally {
    proxy.close();
  }
}

/** Papers of an absurd size are left out, as are those that would make the file one. */
function boundPapers(listed: readonly ProxyApp[]): InstalledApp[] {
  let total = 0;
  return listed.map(({ bundleId, sinf, metadata }) => {
    const bytes = (sinf?.length ?? 0) + (metadata?.length ?? 0);
    const fits = bytes <= MAX_PAPER_BYTES && total + bytes <= MAX_TOTAL_BYTES;
    if (fits) total += bytes;
    return { bundleId, sinf: fits ? sinf : null, itunesMetadata: fits ? metadata : null, icon: null };
  });
}

async function readIcons(
  phone: Phone,
  wanted: readonly string[],
  icons: Map<string, Uint8Array | null>,
  options: CallOptions,
): Promise<void> {
  const timeout = AbortSignal.timeout(ICONS_TIMEOUT_MS);
  const signal = options.signal === undefined ? timeout : AbortSignal.any([options.signal, timeout]);
  const springboard = await phone.springboard(options);
  let total = 0;
  for (const icon of icons.values()) total += icon?.length ?? 0;
  try {
    for (const bundleId of wanted) {
      const icon = await springboard.icon(bundleId, { signal });
      if (icon === null || icon.length > MAX_ICON_BYTES || total + icon.length > MAX_TOTAL_BYTES) continue;
      total += icon.length;
      icons.set(bundleId, icon);
    }
  } catch (error) {
    // Those that came in time are there; the rest is left out.
    if (!timeout.aborted) throw error;
  } finally {
    springboard.close();
  }
}

async function readFiles(
  phone: Phone,
  options: CallOptions,
): Promise<{ readonly itunesFiles: ReadonlyMap<string, Uint8Array>; readonly ibooksData2: Uint8Array | null }> {
  const itunesFiles = new Map<string, Uint8Array>();
  const afc = await phone.afc(options);
  try {
    for (const name of ITUNES_FILES) {
      const content = await readSmall(afc, `${ITUNES_FOLDER}/${name}`, options);
      if (content !== null) itunesFiles.set(name, content);
    }
    return { itunesFiles, ibooksData2: await readSmall(afc, IBOOKS_FILE, options) };
  } finally {
    afc.disconnect();
  }
}

/** One file that cannot be read does not take the others with it. */
async function readSmall(afc: AfcClient, path: string, options: CallOptions): Promise<Uint8Array | null> {
  try {
    return await afc.readFile(path, MAX_FILE_BYTES, options);
  } catch (error) {
    options.signal?.throwIfAborted();
    if (isBackstopError(error, 'device/file-error')) return null;
    throw error;
  }
}
