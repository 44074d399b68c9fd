/** What a phone holds now, and what of it no verified version has yet. Looks, and never writes. */
export { lossMeter, type VersionFile, type VersionMedia } from './loss-meter.ts';
export { listMedia, type MediaFile, type MediaListing } from './media/list-media.ts';
export { mediaItems } from './media/media-items.ts';
export { askForMedia, type MediaAnswer } from './media/phone-media.ts';
export { phoneStorage } from './phone-storage.ts';
