import { type PlistDict, PlistReal, type PlistValue, stringAt } from '../../engine/formats/plist/index.ts';
import type { InstalledApp } from '../content/types.ts';
import type { SimulatedPhone } from '../phone.ts';
import { readRequest, sendReply } from './plist-service.ts';
import type { PhoneService, ServiceConnection } from './types.ts';

/** Icons on one page of the home screen. */
const ICONS_PER_PAGE = 24;

/** springboardservices: icons and the layout of the home screen. Its commands are in lower case. */
export function createSpringboardServices(): PhoneService {
  return { name: 'com.apple.springboardservices', serve: serveSpringboard };
}

async function serveSpringboard({ wire, signal }: ServiceConnection, phone: SimulatedPhone): Promise<void> {
  for (let request = await readRequest(wire, signal); request !== null; request = await readRequest(wire, signal)) {
    const reply = answer(request, phone);
    // setIconState and whatever else is not a question gets no answer, as on the phone.
    if (reply !== null) await sendReply(wire, reply, signal);
  }
}

function answer(request: PlistDict, phone: SimulatedPhone): PlistValue | null {
  const { apps } = phone.content;
  switch (stringAt(request, 'command')) {
    case 'getIconPNGData': {
      const bundleId = stringAt(request, 'bundleId');
      const app = apps.find((candidate) => candidate.bundleId === bundleId);
      return app === undefined ? { Error: 'IconNotFound' } : { pngData: app.icon };
    }
    case 'getIconState':
      return iconState(apps);
    case 'getHomeScreenIconMetrics':
      return {
        homeScreenHeight: new PlistReal(844),
        homeScreenIconColumns: 4,
        homeScreenIconDockMaxCount: 4,
        homeScreenIconHeight: new PlistReal(60),
        homeScreenIconMaxPages: 15,
        homeScreenIconRows: 6,
        homeScreenIconWidth: new PlistReal(60),
        homeScreenWidth: new PlistReal(390),
      };
    case 'getInterfaceOrientation':
      return { interfaceOrientation: 1 };
    case 'getHomeScreenWallpaperPNGData':
      return apps[0] === undefined ? { Error: 'NoWallpaper' } : { pngData: apps[0].icon };
    default:
      return null;
  }
}

/** The dock first, then pages of icons. */
function iconState(apps: readonly InstalledApp[]): PlistValue {
  const icons = apps.map(
    (app): PlistDict => ({
      bundleIdentifier: app.bundleId,
      bundleVersion: app.version,
      displayIdentifier: app.bundleId,
      displayName: app.name,
      iconModDate: new Date(0),
    }),
  );
  const pages: PlistValue[] = [icons.slice(0, 4)];
  for (let at = 4; at < icons.length; at += ICONS_PER_PAGE) pages.push(icons.slice(at, at + ICONS_PER_PAGE));
  return pages;
}
