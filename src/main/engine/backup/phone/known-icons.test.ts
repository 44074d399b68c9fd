import { describe, expect, it } from 'vitest';
import { readInfoPlist } from '../../formats/index.ts';
import { parsePlist } from '../../formats/plist/index.ts';
import { buildInfoPlist, type InstalledApp } from '../info-plist/index.ts';
import { knownIcons } from './known-icons.ts';

const app: InstalledApp = {
  bundleId: 'com.example.one',
  sinf: Buffer.from('licence'),
  itunesMetadata: Buffer.from('version 1'),
  icon: Buffer.from('png'),
};

function infoOf(apps: readonly InstalledApp[]) {
  const extras = { apps, itunesFiles: new Map(), ibooksData2: null };
  const facts = {
    udid: 'u',
    values: {},
    itunesSettings: null,
    minItunesVersion: null,
    extras,
    guid: 'G',
    now: new Date(0),
  };
  const bytes = buildInfoPlist(facts);
  parsePlist(bytes);
  return readInfoPlist(bytes).applications;
}

describe('icons of an earlier version', () => {
  const known = knownIcons(infoOf([app, { ...app, bundleId: '__proto__' }, { ...app, bundleId: 'bare', icon: null }]));

  it('are those of apps that are the same', () => {
    expect(known({ ...app, icon: null })).toEqual(app.icon);
    expect(known({ ...app, bundleId: '__proto__' })).toEqual(app.icon);
  });

  it.each<[string, Partial<InstalledApp>]>([
    ['has another version', { itunesMetadata: Buffer.from('version 2') }],
    ['has another licence', { sinf: Buffer.from('another') }],
    ['has no papers any more', { sinf: null, itunesMetadata: null }],
    ['is new', { bundleId: 'com.example.two' }],
    ['had no icon', { bundleId: 'bare' }],
    ['is called like what every object has', { bundleId: 'toString' }],
  ])('are not given to an app that %s', (_what, change) => {
    expect(known({ ...app, ...change })).toBeNull();
  });

  it('are none without an earlier version', () => {
    expect(knownIcons(undefined)(app)).toBeNull();
  });
});
