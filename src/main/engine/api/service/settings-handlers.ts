import { hostname } from 'node:os';
import type { OutputOf } from '../../../../shared/contract/procedures/index.ts';
import { programVersion } from '../../platform/index.ts';
import { saveDiagnostics } from './diagnostics.ts';
import type { Handlers, Of } from './handlers.ts';
import type { ServiceParts } from './parts.ts';

type Names = Of<'settings'> | Of<'activity'> | Of<'cache'> | Of<'diagnostics'> | 'system.info';
type Info = OutputOf<'system.info'>;

/** What can be made again, by the beginnings of their keys; lists of offline vaults are not among them. */
const CACHES = ['coverage', 'count', 'checks'];

export function settingsHandlers(
  parts: ServiceParts,
  { keychainKind }: { readonly keychainKind: Info['keychain'] },
): Handlers<Names> {
  const { library, places } = parts;
  return {
    'settings.get': async () => library.settings(),
    'settings.set': async (change) => {
      const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
      return library.change(given);
    },
    'activity.list': async (request) => {
      const { entries, more } = library.activity(request);
      return { entries: [...entries], more };
    },
    'cache.clear': async () => ({ freedBytes: CACHES.reduce((sum, one) => sum + library.clearCache(one), 0) }),
    'diagnostics.save': ({ place, withNames }) => saveDiagnostics(parts, places.path(place), withNames),
    'system.info': async () => ({
      version: programVersion(),
      platform: process.platform === 'darwin' || process.platform === 'win32' ? process.platform : 'linux',
      computerName: hostname(),
      // What a face can do by itself it adds where it passes this on.
      face: 'browser',
      keychain: keychainKind,
      canReveal: false,
      canOpenAtLogin: false,
      timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
      cacheBytes: library.cacheBytes(),
    }),
  };
}
