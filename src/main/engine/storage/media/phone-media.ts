import { isBackstopError } from '../../../../shared/errors/index.ts';
import type { Phone } from '../../device/index.ts';
import { type ListMediaOptions, listMedia, type MediaListing } from './list-media.ts';

/** The phone's photo library, or the code of why it is not known: a locked phone, a refusal, a cable. */
export type MediaAnswer =
  | { readonly listing: MediaListing; readonly reason: null }
  | { readonly listing: null; readonly reason: string };

/** Never throws for the phone's sake; only when it is told to stop. */
export async function askForMedia(phone: Phone, options: ListMediaOptions = {}): Promise<MediaAnswer> {
  const { signal } = options;
  try {
    const files = await phone.mediaFiles({ signal });
    try {
      return { listing: await listMedia(files, options), reason: null };
    } finally {
      files.disconnect();
    }
  } catch (error) {
    signal?.throwIfAborted();
    if (!isBackstopError(error)) throw error;
    return { listing: null, reason: error.code };
  }
}
