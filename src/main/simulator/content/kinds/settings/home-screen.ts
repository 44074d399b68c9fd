import { encodePlist } from '../../../../engine/formats/plist/index.ts';

const dock = ['com.apple.mobilephone', 'com.apple.mobilesafari', 'com.apple.MobileSMS', 'com.apple.Music'];
const system = [
  'com.apple.mobilecal',
  'com.apple.mobileslideshow',
  'com.apple.camera',
  'com.apple.mobilemail',
  'com.apple.mobiletimer',
  'com.apple.Maps',
  'com.apple.weather',
  'com.apple.reminders',
  'com.apple.mobilenotes',
  'com.apple.AppStore',
  'com.apple.Health',
  'com.apple.Preferences',
];
const FIRST_PAGE = 24;

/** IconState.plist: the dock, pages of bundle ids, a folder. */
export function iconState(bundleIds: readonly string[]): Buffer {
  const folder = {
    displayName: '🧰 Extras',
    iconLists: [['com.apple.compass', 'com.apple.measure', 'com.apple.VoiceMemos']],
    listType: 'folder',
    uniqueIdentifier: 'Extras',
  };
  const icons = [...system, ...bundleIds];
  const pages = [[...icons.slice(0, FIRST_PAGE - 1), folder]];
  for (let at = FIRST_PAGE - 1; at < icons.length; at += FIRST_PAGE) pages.push(icons.slice(at, at + FIRST_PAGE));
  return encodePlist({ buttonBar: dock, iconLists: pages }, 'binary');
}
