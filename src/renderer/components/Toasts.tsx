import { X } from 'lucide-react';
import { createContext, type ReactNode, useCallback, useContext, useMemo, useRef, useState } from 'react';
import { t } from '../text/index.ts';
import { Button, IconButton } from './Button.tsx';
import styles from './Toasts.module.css';

/** Short news at the bottom of the window, with at most one thing to do. Nothing important is only here. */

export interface Toast {
  readonly text: string;
  readonly action?: { readonly label: string; readonly onPress: () => void };
  /** Milliseconds; with an action it stays longer, so that it can be reached by keyboard. */
  readonly forMs?: number;
}

const Show = createContext<((toast: Toast) => void) | null>(null);

export function useToast(): (toast: Toast) => void {
  const show = useContext(Show);
  if (show === null) throw new Error('no toasts around this component');
  return show;
}

export function ToastProvider({ children }: { readonly children: ReactNode }) {
  const [toasts, setToasts] = useState<ReadonlyArray<Toast & { readonly id: number }>>([]);
  const next = useRef(0);
  const drop = useCallback((id: number) => setToasts((old) => old.filter((one) => one.id !== id)), []);
  const show = useCallback(
    (toast: Toast) => {
      const id = next.current++;
      setToasts((old) => [...old.slice(-2), { ...toast, id }]);
      setTimeout(() => drop(id), toast.forMs ?? (toast.action === undefined ? 6000 : 12_000));
    },
    [drop],
  );
  const list = useMemo(
    () =>
      toasts.map(({ id, text, action }) => (
        <div key={id} className={styles['toast']}>
          <span>{text}</span>
          {action === undefined ? null : (
            <Button
              look="link"
              onPress={() => {
                action.onPress();
                drop(id);
              }}
            >
              {action.label}
            </Button>
          )}
          <IconButton look="quiet" label={t('common.close')} onPress={() => drop(id)}>
            <X size={14} aria-hidden />
          </IconButton>
        </div>
      )),
    [toasts, drop],
  );
  return (
    <Show value={show}>
      {children}
      <div className={styles['toasts']} role="status" aria-live="polite">
        {list}
      </div>
    </Show>
  );
}
