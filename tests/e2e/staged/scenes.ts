import type { Page } from 'playwright-core';
import { activityScenes } from './scenes/activity.ts';
import { base } from './scenes/base.ts';
import { browseScenes } from './scenes/browse.ts';
import { changesScenes } from './scenes/changes.ts';
import { cleanupScenes } from './scenes/cleanup.ts';
import { contentsScenes } from './scenes/contents.ts';
import { destinationScenes } from './scenes/destinations.ts';
import { firstRunScenes } from './scenes/first-run.ts';
import { historyScenes } from './scenes/history.ts';
import { homeScenes } from './scenes/home.ts';
import { jobScenes } from './scenes/job.ts';
import { settingsScenes } from './scenes/settings.ts';
import { verifyScenes } from './scenes/verify.ts';
import type { Scene } from './staged-engine.ts';
import type { StagedMedia } from './staged-server.ts';

/** Scenes by name, each with the address of the screen to look at. Every helper of a screen adds its own file. */
export interface StagedScreen {
  readonly address: string;
  readonly scene: Scene;
  readonly media?: StagedMedia;
  /** Presses and waits until the state is there. */
  readonly steps?: (page: Page) => Promise<void>;
}

export const scenes: Readonly<Record<string, StagedScreen>> = {
  home: { address: '#/home', scene: base },
  ...homeScenes,
  ...firstRunScenes,
  ...jobScenes,
  ...settingsScenes,
  ...activityScenes,
  ...historyScenes,
  ...destinationScenes,
  ...verifyScenes,
  ...contentsScenes,
  ...browseScenes,
  ...changesScenes,
  ...cleanupScenes,
};
