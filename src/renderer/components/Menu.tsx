import { Check, MoreHorizontal } from 'lucide-react';
import type { ReactNode } from 'react';
import {
  Button as AriaButton,
  Menu as AriaMenu,
  Header,
  MenuItem,
  MenuSection,
  MenuTrigger,
  Popover,
  Separator,
} from 'react-aria-components';
import buttonStyles from './Button.module.css';
import styles from './Menu.module.css';

export interface MenuEntry {
  readonly id: string;
  readonly label: string;
  readonly onAction: () => void;
  readonly icon?: ReactNode;
  readonly isDisabled?: boolean;
  readonly isDanger?: boolean;
  readonly isChecked?: boolean;
  readonly detail?: string;
}

/** A list of things to do; `null` draws a line. */
export function Menu({
  label,
  entries,
  title,
  hasWords = false,
  children,
  className,
}: {
  /** Name of the list, and of a button that shows no words. */
  readonly label: string;
  readonly entries: readonly (MenuEntry | null)[];
  readonly title?: string;
  /** What the button shows says what it is. */
  readonly hasWords?: boolean;
  /** What the button shows; three dots without. */
  readonly children?: ReactNode;
  readonly className?: string | undefined;
}) {
  return (
    <MenuTrigger>
      <AriaButton
        {...(hasWords ? {} : { 'aria-label': label })}
        className={className ?? `${buttonStyles['button']} ${buttonStyles['plain']} ${buttonStyles['square']}`}
      >
        {children ?? <MoreHorizontal size={16} aria-hidden />}
      </AriaButton>
      <Popover className={styles['popover'] ?? ''} offset={5}>
        <AriaMenu className={styles['menu'] ?? ''} aria-label={label}>
          <MenuSection>
            {title === undefined ? null : <Header className={styles['title'] ?? ''}>{title}</Header>}
            {entries.map((entry, index) =>
              entry === null ? (
                // biome-ignore lint/suspicious/noArrayIndexKey: a line has no name, and stays where it is.
                <Separator key={`line-${index}`} className={styles['line'] ?? ''} />
              ) : (
                <MenuItem
                  key={entry.id}
                  id={entry.id}
                  textValue={entry.label}
                  onAction={entry.onAction}
                  isDisabled={entry.isDisabled ?? false}
                  className={`${styles['item']} ${entry.isDanger === true ? styles['danger'] : ''}`}
                >
                  {entry.isChecked === undefined ? (
                    entry.icon
                  ) : (
                    <span className={styles['check']}>{entry.isChecked ? <Check size={14} aria-hidden /> : null}</span>
                  )}
                  <span className={styles['label']}>{entry.label}</span>
                  {entry.detail === undefined ? null : <span className={styles['detail']}>{entry.detail}</span>}
                </MenuItem>
              ),
            )}
          </MenuSection>
        </AriaMenu>
      </Popover>
    </MenuTrigger>
  );
}
