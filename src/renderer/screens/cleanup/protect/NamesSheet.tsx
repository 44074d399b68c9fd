import { Button } from '../../../components/Button.tsx';
import { Sheet } from '../../../components/Sheet.tsx';
import { t } from '../../../text/index.ts';
import styles from './Lists.module.css';

/** What a number stands for, by name. */
export function NamesSheet({
  title,
  text,
  names,
  onClose,
}: {
  readonly title: string;
  readonly text: string;
  readonly names: readonly string[];
  readonly onClose: () => void;
}) {
  return (
    <Sheet
      isOpen
      onClose={onClose}
      title={title}
      width="narrow"
      footer={
        <Button look="filled" onPress={onClose} autoFocus>
          {t('common.done')}
        </Button>
      }
    >
      <p>{text}</p>
      <ul className={styles['names']}>
        {names.map((name) => (
          <li key={name} className="selectable">
            {name}
          </li>
        ))}
      </ul>
    </Sheet>
  );
}
