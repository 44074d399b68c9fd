import type { StagedScreen } from '../scenes.ts';
import type { Scene } from '../staged-engine.ts';
import { backups, base, snapshotIdOf, UDIDS, VAULT, vaults } from './base.ts';

const scene: Scene = {
  ...base,
  'backups.freed': { bytes: 212e6 },
  'backups.onlyHere': {
    isChecked: true,
    kinds: { photos: 3, notes: 1 },
    items: ['IMG_2031.HEIC', 'IMG_2032.HEIC', 'IMG_2044.HEIC', 'Shopping'].map((name, n) => ({
      snapshot: snapshotIdOf(3),
      kind: n < 3 ? 'photos' : 'notes',
      name,
    })),
    more: 0,
  },
  'retention.simulate': {
    remove: [snapshotIdOf(20), snapshotIdOf(21), snapshotIdOf(22)],
    freedBytes: 4.2e9,
    overBudgetBytes: 0,
  },
  'trash.list': {
    trash: backups.slice(5, 8).map((one) => ({
      ...one,
      forgottenAt: one.finishedAt,
      by: 'owner' as const,
      expired: false,
      undoUntil: new Date(Date.now() + 20 * 86_400_000).toISOString(),
      vault: VAULT,
    })),
    wouldFreeBytes: 1.2e9,
  },
};
const address = `#/history?udid=${UDIDS[0]}`;

export const historyScenes: Readonly<Record<string, StagedScreen>> = {
  history: { address, scene },
  'history-empty': { address, scene: { ...base, 'backups.list': { backups: [], unreadable: [] } } },
  'history-one': { address, scene: { ...scene, 'backups.list': { backups: backups.slice(0, 1), unreadable: [] } } },
  'history-offline': {
    address,
    scene: {
      ...scene,
      'vaults.list': { vaults: vaults.map((one) => ({ ...one, isOnline: false })) },
      'backups.list': { backups: backups.map((one) => ({ ...one, isOnline: false })), unreadable: [] },
    },
  },
  'history-damaged': { address: `${address}&snapshot=${snapshotIdOf(9)}`, scene },
  'history-retention': {
    address,
    scene,
    steps: async (page) => {
      await page.getByRole('button', { name: 'Retention…' }).click();
      await page.waitForTimeout(600);
    },
  },
  'history-delete': {
    address: `${address}&snapshot=${snapshotIdOf(3)}`,
    scene,
    steps: async (page) => {
      await page.getByRole('button', { name: 'Delete…' }).click();
      await page.waitForTimeout(300);
    },
  },
  'history-removed': {
    address,
    scene,
    steps: async (page) => {
      await page.getByRole('button', { name: 'Recently Removed…' }).click();
      await page.waitForTimeout(300);
    },
  },
};
