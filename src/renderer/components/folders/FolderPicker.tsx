import { useEffect, useRef } from 'react';
import { useAction, useQuery } from '../../api/engine.tsx';
import { useToast } from '../Toasts.tsx';
import { FolderSheet, type PickedPlace } from './FolderSheet.tsx';

export type { PickedPlace } from './FolderSheet.tsx';

export interface FolderPickerProps {
  readonly isOpen: boolean;
  readonly purpose: 'vault' | 'export';
  readonly onClose: () => void;
  readonly onPick: (place: PickedPlace) => void;
}

/** The system's own dialog where there is one, else a list of folders that the engine offers. */
export function FolderPicker(props: FolderPickerProps) {
  const face = useQuery('system.info', {}).data?.face;
  if (face === undefined) return null;
  return face === 'desktop' ? <SystemDialog {...props} /> : <FolderSheet {...props} />;
}

function SystemDialog({ isOpen, purpose, onClose, onPick }: FolderPickerProps) {
  const pick = useAction('system.pickFolder');
  const toast = useToast();
  const isShown = useRef(false);
  // The dialog belongs to the system: it is opened once for each time that this is opened, and answers by itself.
  useEffect(() => {
    if (!isOpen || isShown.current) return;
    isShown.current = true;
    void pick.run({ purpose }).then((answer) => {
      isShown.current = false;
      if (answer === null || answer.place === null) onClose();
      else onPick(answer.place);
    });
  }, [isOpen, purpose, pick.run, onClose, onPick]);
  useEffect(() => {
    if (pick.error !== null) toast({ text: pick.error.message });
  }, [pick.error, toast]);
  return null;
}
