import { KeyedArchive } from '../keyed-archive/index.ts';
import type { PlistValue } from '../plist/index.ts';

/** What an app's or a link's balloon says: `message.payload_data`. */
export interface AppPayload {
  readonly title: string | null;
  readonly subtitle: string | null;
  /** The address as the phone shows it, after redirections. Not safe to follow unchecked: somebody sent it. */
  readonly url: string | null;
  /** "Find My", "Apple Pay"; null for links. */
  readonly appName: string | null;
}

const MAX_TEXT = 10_000;

/**
 * Link previews (LPLinkMetadata, under "richLinkMetadata" or "metadata") and messages of apps (a dictionary with "ldtext",
 * "userInfo", "URL" and "an"). Throws `formats/bad-plist` or `formats/plist-too-large`; other archives give nulls.
 */
export function readAppPayload(bytes: Uint8Array): AppPayload {
  const archive = new KeyedArchive(bytes);
  const root = archive.root;
  const link = archive.dictAt(root, 'richLinkMetadata') ?? archive.dictAt(root, 'metadata');
  return link === undefined ? readAppMessage(archive, root) : readLink(archive, link);
}

function readLink(archive: KeyedArchive, link: PlistValue): AppPayload {
  // Music, films and apps of Apple's stores say what they are in an object of their own.
  const special = archive.at(link, 'specialization') ?? archive.at(link, 'specialization2');
  const url = archive.urlOf(archive.at(link, 'URL')) ?? archive.urlOf(archive.at(link, 'originalURL'));
  return {
    title: first(
      archive.textAt(link, 'title'),
      archive.textAt(special, 'name'),
      archive.textAt(special, 'title'),
      archive.textAt(archive.at(link, 'collaborationMetadata'), 'title'),
    ),
    subtitle: first(
      archive.textAt(link, 'summary'),
      joined(archive.textAt(special, 'artist'), archive.textAt(special, 'album')),
      archive.textAt(special, 'subtitle'),
      archive.textAt(link, 'siteName'),
    ),
    url: first(url),
    appName: null,
  };
}

function readAppMessage(archive: KeyedArchive, root: PlistValue | undefined): AppPayload {
  const info = archive.at(root, 'userInfo');
  return {
    title: first(archive.textAt(info, 'caption'), archive.textAt(root, 'ldtext'), archive.textAt(info, 'image-title')),
    subtitle: first(archive.textAt(info, 'subcaption'), archive.textAt(info, 'image-subtitle')),
    url: first(archive.urlOf(archive.at(root, 'URL'))),
    appName: first(archive.textAt(root, 'an')),
  };
}

function first(...texts: readonly (string | undefined)[]): string | null {
  return texts.find((text) => text !== undefined && text.trim() !== '')?.slice(0, MAX_TEXT) ?? null;
}

function joined(...texts: readonly (string | undefined)[]): string | undefined {
  return texts.filter((text) => text !== undefined && text !== '').join(' · ') || undefined;
}
