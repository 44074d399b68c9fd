import { type ReactNode, useEffect, useRef } from 'react';
import { createPortal } from 'react-dom';
import styles from './PrintSheet.module.css';

/** A sheet of paper: it is in the page only while it is printed, and nothing else is on it. */
export function PrintSheet({ children, onDone }: { readonly children: ReactNode; readonly onDone: () => void }) {
  const done = useRef(onDone);
  done.current = onDone;
  useEffect(() => {
    const end = (): void => done.current();
    window.addEventListener('afterprint', end);
    // Paper is white, whatever the window is.
    const { theme } = document.documentElement.dataset;
    document.documentElement.dataset['theme'] = 'light';
    // A moment for the sheet to be laid out.
    const timer = setTimeout(() => window.print(), 50);
    return () => {
      clearTimeout(timer);
      if (theme !== undefined) document.documentElement.dataset['theme'] = theme;
      window.removeEventListener('afterprint', end);
    };
  }, []);
  return createPortal(
    <div className={styles['sheet']} aria-hidden>
      {children}
    </div>,
    document.body,
  );
}
