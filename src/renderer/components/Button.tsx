import type { ReactNode } from 'react';
import { Button as AriaButton, type ButtonProps as AriaProps, Tooltip, TooltipTrigger } from 'react-aria-components';
import styles from './Button.module.css';

export interface ButtonProps {
  readonly children: ReactNode;
  readonly onPress?: () => void;
  /** One filled button a view; `danger` for what takes something away; `link` inside sentences. */
  readonly look?: 'plain' | 'filled' | 'quiet' | 'link' | 'danger';
  readonly size?: 'normal' | 'large';
  readonly icon?: ReactNode;
  readonly isDisabled?: boolean;
  readonly isPending?: boolean;
  readonly autoFocus?: boolean;
  readonly type?: 'button' | 'submit';
  readonly 'aria-label'?: string;
  readonly 'aria-describedby'?: string;
  readonly slot?: string;
}

export function Button({ children, look = 'plain', size = 'normal', icon, ...rest }: ButtonProps) {
  return (
    <AriaButton {...(rest as AriaProps)} className={`${styles['button']} ${styles[look]} ${styles[size]}`}>
      {icon === undefined ? null : <span className={styles['icon']}>{icon}</span>}
      {children}
    </AriaButton>
  );
}

/** An icon alone has its words as name and tooltip. */
export function IconButton({
  label,
  children,
  look = 'plain',
  ...rest
}: Omit<ButtonProps, 'size' | 'icon' | 'aria-label'> & { readonly label: string }) {
  return (
    <TooltipTrigger delay={600}>
      <AriaButton
        {...(rest as AriaProps)}
        aria-label={label}
        className={`${styles['button']} ${styles[look]} ${styles['square']}`}
      >
        <span className={styles['icon']}>{children}</span>
      </AriaButton>
      <Tooltip className={styles['tooltip'] ?? ''} offset={6}>
        {label}
      </Tooltip>
    </TooltipTrigger>
  );
}
