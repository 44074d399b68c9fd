import { dictAt, type PlistDict, stringAt, stringsAt } from '../../engine/formats/plist/index.ts';
import type { InstalledApp } from '../content/types.ts';
import type { SimulatedPhone } from '../phone.ts';
import { readRequest, sendReply } from './plist-service.ts';
import type { PhoneService, ServiceConnection } from './types.ts';

/** Applications in one BrowsingApplications message. */
const BATCH = 10;

/** installation_proxy: which apps are installed. Browse answers in batches, Lookup in one piece. */
export function createInstallationProxy(): PhoneService {
  return { name: 'com.apple.mobile.installation_proxy', serve: serveApps };
}

async function serveApps({ wire, signal }: ServiceConnection, phone: SimulatedPhone): Promise<void> {
  for (let request = await readRequest(wire, signal); request !== null; request = await readRequest(wire, signal)) {
    const options = dictAt(request, 'ClientOptions') ?? {};
    switch (stringAt(request, 'Command')) {
      case 'Browse':
        for (const message of browse(phone, options)) await sendReply(wire, message, signal);
        break;
      case 'Lookup':
        await sendReply(wire, lookup(phone, options), signal);
        break;
      default:
        phone.hostWrites.record({
          service: 'com.apple.mobile.installation_proxy',
          operation: stringAt(request, 'Command') ?? '',
          what: stringAt(request, 'ApplicationIdentifier') ?? '',
          outcome: 'refused',
        });
        await sendReply(wire, { Error: 'UnknownCommand', ErrorDescription: 'Unknown command', ErrorDetail: 0 }, signal);
    }
  }
}

function* browse(phone: SimulatedPhone, options: PlistDict): Generator<PlistDict> {
  const apps = select(phone, options);
  for (let at = 0; at < apps.length; at += BATCH) {
    const part = apps.slice(at, at + BATCH);
    yield {
      Status: 'BrowsingApplications',
      Total: apps.length,
      CurrentIndex: at,
      CurrentAmount: part.length,
      CurrentList: part,
    };
  }
  yield { Status: 'Complete' };
}

function lookup(phone: SimulatedPhone, options: PlistDict): PlistDict {
  const wanted = stringsAt(options, 'BundleIDs');
  const found: Record<string, PlistDict> = {};
  for (const app of select(phone, { ...options, ReturnAttributes: [] })) {
    const id = stringAt(app, 'CFBundleIdentifier');
    if (id !== undefined && (wanted === undefined || wanted.includes(id))) found[id] = pick(app, options);
  }
  return { LookupResult: found, Status: 'Complete' };
}

function select(phone: SimulatedPhone, options: PlistDict): PlistDict[] {
  const type = stringAt(options, 'ApplicationType') ?? 'Any';
  const user = type === 'System' ? [] : phone.content.apps.map((app, index) => describe(app, index));
  const system = type === 'User' ? [] : SYSTEM_APPS.map(([id, name]) => describeSystem(id, name, phone));
  return [...user, ...system].map((app) => pick(app, options));
}

/** `ReturnAttributes` names what is wanted; without it (or empty) everything comes. */
function pick(app: PlistDict, options: PlistDict): PlistDict {
  const wanted = stringsAt(options, 'ReturnAttributes') ?? [];
  if (wanted.length === 0) return app;
  return Object.fromEntries(Object.entries(app).filter(([key]) => wanted.includes(key)));
}

function describe(app: InstalledApp, index: number): PlistDict {
  const container = containerId(app.bundleId);
  return {
    ApplicationType: 'User',
    ...(app.applicationSinf === null ? {} : { ApplicationSINF: app.applicationSinf }),
    CFBundleDisplayName: app.name,
    CFBundleExecutable: app.name.replaceAll(/[^A-Za-z0-9]/g, ''),
    CFBundleIdentifier: app.bundleId,
    CFBundleName: app.name,
    CFBundleShortVersionString: app.shortVersion,
    CFBundleVersion: app.version,
    Container: `/private/var/mobile/Containers/Data/Application/${container}`,
    DynamicDiskUsage: app.dynamicDiskUsage,
    IsAppClip: false,
    IsDemotedApp: false,
    ...(app.iTunesMetadata === null ? {} : { iTunesMetadata: app.iTunesMetadata }),
    Path: `/private/var/containers/Bundle/Application/${container}/${app.name}.app`,
    SequenceNumber: index + 1,
    StaticDiskUsage: app.staticDiskUsage,
    UIFileSharingEnabled: false,
  };
}

/** Looks like the UUID that iOS gives a container; always the same for one app. */
function containerId(bundleId: string): string {
  const hex = Buffer.from(bundleId.padEnd(16, '.')).toString('hex').toUpperCase().slice(-32);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

const SYSTEM_APPS = [
  ['com.apple.mobilesafari', 'Safari'],
  ['com.apple.MobileSMS', 'Messages'],
  ['com.apple.mobileslideshow', 'Photos'],
  ['com.apple.mobilephone', 'Phone'],
  ['com.apple.mobilenotes', 'Notes'],
] as const;

function describeSystem(bundleId: string, name: string, phone: SimulatedPhone): PlistDict {
  return {
    ApplicationType: 'System',
    CFBundleDisplayName: name,
    CFBundleIdentifier: bundleId,
    CFBundleName: name,
    CFBundleShortVersionString: phone.identity.productVersion,
    CFBundleVersion: phone.identity.productVersion,
    Path: `/Applications/${name}.app`,
  };
}
