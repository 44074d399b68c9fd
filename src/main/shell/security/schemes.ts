import { protocol } from 'electron';
import { MEDIA_SCHEME, PAGE_SCHEME } from './origins.ts';

/** Before the app is ready: the two schemes that pages and their pictures come from. There is no `file://` anywhere. */
export function registerSchemes(): void {
  protocol.registerSchemesAsPrivileged([
    {
      scheme: PAGE_SCHEME,
      privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true },
    },
    // Films ask for parts of themselves: that needs streaming, and nothing else.
    { scheme: MEDIA_SCHEME, privileges: { standard: true, secure: true, stream: true } },
  ]);
}
