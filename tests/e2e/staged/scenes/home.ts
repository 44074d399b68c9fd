import type { StagedScreen } from '../scenes.ts';
import { base } from './base.ts';

export const homeScenes: Readonly<Record<string, StagedScreen>> = {
  'home-empty': {
    address: '#/home',
    scene: { ...base, 'phones.list': { phones: [], muxer: 'ready' }, 'vaults.list': { vaults: [] } },
  },
};
