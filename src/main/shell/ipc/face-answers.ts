import { type BrowserWindow, dialog, shell, systemPreferences } from 'electron';
import type { Answerer } from '../../../shared/contract/carrier/index.ts';
import {
  FACE_PROCEDURES,
  type FaceProcedureName,
  type InputOf,
  type OutputOf,
  type ProcedureName,
} from '../../../shared/contract/procedures/index.ts';
import { BackstopError } from '../../../shared/errors/index.ts';
import { shellText } from '../../../shared/text/shell/index.ts';
import { canOpenAtLogin } from '../login-item/login-item.ts';
import { openHelpPage } from '../security/help-pages.ts';

/** What only the shell may ask of the engine; no page can, because these are no procedures. */
export interface EngineHost {
  /** A token for a folder that the owner chose in a dialog of the system. */
  offerPlace(path: string): Promise<string>;
  /** The folder of a token that the engine gave. Throws `app/unknown-place`. */
  placePath(token: string): Promise<string>;
  /** The system itself has seen the owner. */
  unlock(): Promise<void>;
}

interface FaceParts {
  readonly engine: Answerer;
  readonly host: EngineHost;
  readonly window: () => BrowserWindow | null;
}

/** Answers what belongs to the system around the page, and passes everything else to the engine. */
export function faceAnswerer({ engine, host, window }: FaceParts): Answerer {
  const face: { readonly [N in FaceProcedureName]: (input: InputOf<N>) => Promise<OutputOf<N>> } = {
    'system.pickFolder': ({ purpose }) => pickFolder(window(), host, purpose),
    'system.reveal': async ({ place }) => {
      shell.showItemInFolder(await host.placePath(place));
      return { done: true };
    },
    'system.openHelp': async ({ page }) => {
      await openHelpPage(page);
      return { done: true };
    },
    'system.unlock': async () => ({ unlocked: await unlock(host) }),
  };
  return {
    answer: async (name, input) => {
      if (isOfTheFace(name)) return (face[name] as (input: unknown) => Promise<unknown>)(input);
      return withFaceFacts(name, await engine.answer(name, input));
    },
    onEvent: (listener) => engine.onEvent(listener),
  };
}

function isOfTheFace(name: ProcedureName): name is FaceProcedureName {
  return (FACE_PROCEDURES as readonly string[]).includes(name);
}

const PURPOSES = { vault: 'pick.vault', export: 'pick.export', 'open-backup': 'pick.openBackup' } as const;

async function pickFolder(
  window: BrowserWindow | null,
  host: EngineHost,
  purpose: InputOf<'system.pickFolder'>['purpose'],
): Promise<OutputOf<'system.pickFolder'>> {
  if (window === null) return { place: null };
  const { canceled, filePaths } = await dialog.showOpenDialog(window, {
    title: shellText(PURPOSES[purpose]),
    message: shellText(PURPOSES[purpose]),
    buttonLabel: shellText('pick.button'),
    properties: ['openDirectory', ...(purpose === 'open-backup' ? [] : (['createDirectory'] as const))],
  });
  const path = filePaths[0];
  if (canceled || path === undefined) return { place: null };
  const token = await host.offerPlace(path);
  return { place: { token, name: path.split(/[\\/]/).findLast((part) => part !== '') ?? path, path } };
}

async function unlock(host: EngineHost): Promise<boolean> {
  if (!canPromptTouchId()) throw new BackstopError('app/not-in-this-face', { data: { name: 'system.unlock' } });
  try {
    await systemPreferences.promptTouchID(shellText('unlock.reason'));
  } catch {
    // Cancelled, or the wrong finger: it stays locked, and that is no failure.
    return false;
  }
  await host.unlock();
  return true;
}

function canPromptTouchId(): boolean {
  return process.platform === 'darwin' && systemPreferences.canPromptTouchID();
}

/** What the engine cannot know: which face this is, and what its system can do. */
function withFaceFacts(name: ProcedureName, output: unknown): unknown {
  if (name === 'system.info') {
    const info = output as OutputOf<'system.info'>;
    return { ...info, face: 'desktop', canReveal: true, canOpenAtLogin: canOpenAtLogin() };
  }
  if (name === 'lock.state') {
    const state = output as OutputOf<'lock.state'>;
    return { ...state, systemUnlock: canPromptTouchId() ? 'touch-id' : 'none' };
  }
  return output;
}
