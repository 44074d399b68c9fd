export { changesOf, type EntryChange, type OverlayChanges } from './changes.ts';
export type { BaseView, OverlayLimits } from './contents.ts';
export { type Found, type ListedItem, Overlay, type OverlayOptions } from './overlay.ts';
export type { StoredFile } from './payload-table.ts';
