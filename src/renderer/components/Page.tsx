import { createContext, type ReactNode, use, useEffect, useRef } from 'react';
import styles from './Page.module.css';

/** The part of the window beside the sidebar: a toolbar that drags the window, and what is below it. */

/** Lets a page put its own control (the sidebar's button) before the title. */
export const ToolbarStart = createContext<ReactNode>(null);

export function Page({
  title,
  before,
  subtitle,
  tools,
  children,
  isPlain = false,
}: {
  readonly title: string;
  /** A way back, before the title. */
  readonly before?: ReactNode;
  readonly subtitle?: ReactNode;
  readonly tools?: ReactNode;
  readonly children: ReactNode;
  /** No line under the toolbar: for pages whose own headline follows. */
  readonly isPlain?: boolean;
}) {
  const heading = useRef<HTMLHeadingElement>(null);
  const start = use(ToolbarStart);
  useEffect(() => {
    document.title = `${title} – Backstop`;
  }, [title]);
  return (
    <main className={styles['page']} aria-labelledby="page-title">
      <header className={`${styles['toolbar']} ${isPlain ? styles['plain'] : ''}`}>
        {start}
        {before === undefined ? null : <span className={styles['before']}>{before}</span>}
        <h1 id="page-title" ref={heading} tabIndex={-1}>
          {title}
        </h1>
        {subtitle === undefined ? null : <span className={styles['subtitle']}>{subtitle}</span>}
        <span className={styles['space']} />
        {tools}
      </header>
      <div className={styles['content']}>{children}</div>
    </main>
  );
}

/** Scrolls by itself, with the page's margins. */
export function PageBody({
  children,
  width = 'full',
}: {
  readonly children: ReactNode;
  readonly width?: 'full' | 'reading';
}) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
    <div className={styles['scroll']} tabIndex={0}>
      <div className={`${styles['body']} ${styles[width]}`}>{children}</div>
    </div>
  );
}
