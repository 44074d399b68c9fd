import { useCallback, useState } from 'react';
import type { PhotoView } from '../../../../shared/contract/procedures/index.ts';
import type { ItemList } from '../use-items.ts';

/** Which pictures are chosen. `all`: every one that the filter shows, loaded or not. */
export interface Selection {
  readonly isAll: boolean;
  readonly ids: ReadonlyMap<string, number | null>;
  /** Where the keyboard is, and where a stretch began. */
  readonly focus: number;
  readonly anchor: number;
}

const NONE: Selection = { isAll: false, ids: new Map(), focus: -1, anchor: -1 };

export type PhotoList = ItemList<'photos' | 'videos'>;

export function useSelection(list: PhotoList, onFocus: (photo: PhotoView | null) => void) {
  const [selection, setSelection] = useState<Selection>(NONE);

  const only = useCallback(
    (place: number, photo: PhotoView | undefined): void => {
      setSelection({
        isAll: false,
        ids: new Map(photo === undefined ? [] : [[photo.id, photo.bytes]]),
        focus: place,
        anchor: place,
      });
      if (photo !== undefined) onFocus(photo);
    },
    [onFocus],
  );

  const toggle = useCallback((place: number, photo: PhotoView | undefined): void => {
    setSelection((old) => {
      const ids = new Map(old.isAll ? [] : old.ids);
      if (photo !== undefined && !ids.delete(photo.id)) ids.set(photo.id, photo.bytes);
      return { isAll: false, ids, focus: place, anchor: place };
    });
  }, []);

  /** From where the stretch began to here; what is not here yet is asked for. */
  const extend = useCallback(
    async (place: number): Promise<void> => {
      const anchor = selection.anchor < 0 ? place : selection.anchor;
      setSelection((old) => ({ ...old, focus: place }));
      const photos = await list.load(Math.min(anchor, place), Math.max(anchor, place));
      setSelection((old) =>
        old.focus === place
          ? { isAll: false, ids: new Map(photos.map(({ id, bytes }) => [id, bytes])), focus: place, anchor }
          : old,
      );
    },
    [list, selection.anchor],
  );

  const all = useCallback(() => setSelection((old) => ({ ...old, isAll: true, ids: new Map() })), []);
  const clear = useCallback((): void => {
    setSelection((old) => ({ ...NONE, focus: old.focus, anchor: old.focus }));
    onFocus(null);
  }, [onFocus]);
  /** After another day was chosen: what is chosen stays by its id, its place is another. */
  const moved = useCallback((place: number) => setSelection((old) => ({ ...old, focus: place, anchor: place })), []);

  return { selection, only, toggle, extend, all, clear, moved };
}
