import type { ReactNode } from 'react';
import { Dialog, Heading, Modal, ModalOverlay } from 'react-aria-components';
import { t } from '../text/index.ts';
import { Button } from './Button.tsx';
import styles from './Sheet.module.css';

/** A sheet over the window: one question, its answers at the end. Escape closes it, and focus goes back where it was. */
export function Sheet({
  isOpen,
  onClose,
  title,
  children,
  footer,
  width = 'normal',
  isAlert = false,
}: {
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly title: string;
  readonly children: ReactNode;
  readonly footer?: ReactNode;
  readonly width?: 'narrow' | 'normal' | 'wide';
  readonly isAlert?: boolean;
}) {
  return (
    <ModalOverlay
      className={styles['overlay'] ?? ''}
      isOpen={isOpen}
      isDismissable={!isAlert}
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
    >
      <Modal className={`${styles['modal']} ${styles[width]}`}>
        <Dialog className={styles['sheet'] ?? ''} role={isAlert ? 'alertdialog' : 'dialog'}>
          <Heading slot="title" className={styles['title'] ?? ''}>
            {title}
          </Heading>
          <div className={styles['body']}>{children}</div>
          {footer === undefined ? null : <div className={styles['footer']}>{footer}</div>}
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}

/** Names the result on its button, never OK; the safe answer is the default. */
export function Confirm({
  isOpen,
  title,
  children,
  action,
  keep,
  isDanger = false,
  isRunning = false,
  isDisabled = false,
  onConfirm,
  onClose,
}: {
  readonly isOpen: boolean;
  readonly title: string;
  readonly children?: ReactNode;
  readonly action: string;
  readonly keep?: string;
  readonly isDanger?: boolean;
  readonly isRunning?: boolean;
  readonly isDisabled?: boolean;
  readonly onConfirm: () => void;
  readonly onClose: () => void;
}) {
  return (
    <Sheet
      isOpen={isOpen}
      onClose={onClose}
      title={title}
      width="narrow"
      isAlert
      footer={
        <>
          <Button onPress={onClose} look={isDanger ? 'filled' : 'plain'} autoFocus>
            {keep ?? t('common.cancel')}
          </Button>
          <Button
            onPress={onConfirm}
            look={isDanger ? 'danger' : 'filled'}
            isPending={isRunning}
            isDisabled={isDisabled}
          >
            {action}
          </Button>
        </>
      }
    >
      {children}
    </Sheet>
  );
}
