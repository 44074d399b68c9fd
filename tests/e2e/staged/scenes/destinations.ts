import type { PlaceView } from '../../../../src/shared/contract/procedures/index.ts';
import type { StagedScreen } from '../scenes.ts';
import type { Scene } from '../staged-engine.ts';
import { base, daysAgo, vaults } from './base.ts';

const [first] = vaults;
if (first === undefined || first.destination === null) throw new Error('the base scene has a vault');
const place = (n: number, facts: Partial<PlaceView>): PlaceView => ({
  token: `place-token-0000${n}`,
  name: 'Studio SSD',
  path: '/Volumes/Studio SSD',
  kind: 'external',
  fileSystem: 'apfs',
  isEncrypted: true,
  freeBytes: 1.12e12,
  totalBytes: 2e12,
  verdict: 'good',
  level: 'pass',
  bytesPerSecond: null,
  vault: null,
  ...facts,
});
const places = [
  place(1, {}),
  place(2, {
    name: 'Macintosh HD',
    kind: 'internal',
    freeBytes: 212e9,
    totalBytes: 994e9,
    verdict: 'internal',
    level: 'note',
  }),
  place(3, {
    name: 'Home NAS',
    kind: 'network',
    fileSystem: 'smb',
    freeBytes: 3.4e12,
    totalBytes: 8e12,
    verdict: 'network',
    level: 'pass',
    bytesPerSecond: 92e6,
  }),
  place(4, {
    name: 'STICK',
    fileSystem: 'fat32',
    freeBytes: 31e9,
    totalBytes: 32e9,
    verdict: 'fat32',
    level: 'fail',
  }),
  place(5, {
    name: 'iCloud Drive',
    kind: 'folder',
    fileSystem: null,
    freeBytes: null,
    totalBytes: null,
    verdict: 'cloud-synced',
    level: 'fail',
  }),
];
const scene: Scene = {
  ...base,
  'places.list': { places, firstBackupBytes: 149e9, dailyBytes: 1.2e9 },
};

export const destinationScenes: Readonly<Record<string, StagedScreen>> = {
  destinations: { address: '#/destinations', scene },
  'destinations-empty': { address: '#/destinations', scene: { ...scene, 'vaults.list': { vaults: [] } } },
  'destinations-troubled': {
    address: '#/destinations',
    scene: {
      ...scene,
      'vaults.list': {
        vaults: [
          {
            ...first,
            damagedBackups: 1,
            readErrors: 3,
            roomForBackups: 2,
            roomForMonths: 0,
            destination: { ...first.destination, freeBytes: 4e9, encryptedAtRest: 'no', fileSystem: 'exfat' },
          },
          {
            ...first,
            id: '3f1c52a0-8f0e-4a34-9a51-0d5f6f6c1a02',
            name: 'Home NAS',
            path: '/Volumes/home/Backstop',
            isMain: false,
            isOnline: false,
            lastSeenAt: daysAgo(4),
            destination: null,
            bytes: 210e9,
          },
        ],
      },
    },
  },
  'destinations-add': {
    address: '#/destinations',
    scene,
    steps: async (page) => {
      await page.getByRole('button', { name: 'Add a Destination…' }).click();
      await page.waitForTimeout(300);
      await page.getByRole('option', { name: 'Studio SSD' }).click();
    },
  },
};
