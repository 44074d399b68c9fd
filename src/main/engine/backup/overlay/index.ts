export { changesOf, type EntryChange, type OverlayChanges } from './changes.ts';
export {
  type BaseView,
  type Found,
  type ListedItem,
  Overlay,
  type OverlayLimits,
  type OverlayOptions,
} from './overlay.ts';
export { OverlayStore, type StoredFile } from './store.ts';
