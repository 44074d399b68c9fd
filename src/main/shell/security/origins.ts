/** Addresses of our own. Everything else is foreign, and nothing foreign is ever loaded. */

export const PAGE_SCHEME = 'app';
export const PAGE_HOST = 'backstop';
export const PAGE_URL = `${PAGE_SCHEME}://${PAGE_HOST}/`;
export const MEDIA_SCHEME = 'backstop-media';
export const MEDIA_HOST = 'media';

/** Compared piece by piece after parsing: `app://backstop.example` begins like ours and is not. */
export function isOwnPage(address: string): boolean {
  const url = parse(address);
  return url !== null && url.protocol === `${PAGE_SCHEME}:` && hasHost(url, PAGE_HOST);
}

export function isOwnMedia(address: string): boolean {
  const url = parse(address);
  return url !== null && url.protocol === `${MEDIA_SCHEME}:` && hasHost(url, MEDIA_HOST);
}

function hasHost(url: URL, host: string): boolean {
  return url.host === host && url.username === '' && url.password === '';
}

function parse(address: string): URL | null {
  return URL.canParse(address) ? new URL(address) : null;
}
