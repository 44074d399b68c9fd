import { useState } from 'react';
import type { OutputOf } from '../../../../shared/contract/procedures/index.ts';
import { Button } from '../../../components/Button.tsx';
import { Checkbox, SearchField } from '../../../components/Fields.tsx';
import { Sheet } from '../../../components/Sheet.tsx';
import { bytesText } from '../../../text/formats.ts';
import { t } from '../../../text/index.ts';
import styles from './AppsSheet.module.css';

type Apps = OutputOf<'cleanup.estimates'>['apps'];

/** Which apps: so that each is looked for in the backup by its name. The largest stand first. */
export function AppsSheet({
  apps,
  chosen,
  onChoose,
  onClose,
}: {
  readonly apps: Apps;
  readonly chosen: readonly string[];
  readonly onChoose: (ids: readonly string[]) => void;
  readonly onClose: () => void;
}) {
  const [ids, setIds] = useState<ReadonlySet<string>>(() => new Set(chosen));
  const [text, setText] = useState('');
  const wanted = text.trim().toLocaleLowerCase();
  const shown = [...apps]
    .sort((a, b) => (b.bytes ?? 0) - (a.bytes ?? 0))
    .filter((one) => wanted === '' || (one.name ?? one.id).toLocaleLowerCase().includes(wanted));
  const set = (id: string, isOn: boolean): void => {
    const next = new Set(ids);
    if (isOn) next.add(id);
    else next.delete(id);
    setIds(next);
  };
  return (
    <Sheet
      isOpen
      onClose={onClose}
      title={t('cleanup.apps.title')}
      footer={
        <>
          <Button onPress={onClose}>{t('common.cancel')}</Button>
          <Button look="filled" onPress={() => onChoose([...ids])}>
            {t('cleanup.apps.action', { count: ids.size })}
          </Button>
        </>
      }
    >
      <p>{t('cleanup.apps.text')}</p>
      <div className={styles['search']}>
        <SearchField label={t('cleanup.apps.search')} value={text} onChange={setText} width={260} />
      </div>
      <ul className={styles['apps']}>
        {shown.map((one) => (
          <li key={one.id}>
            <Checkbox isSelected={ids.has(one.id)} onChange={(isOn) => set(one.id, isOn)}>
              {one.name ?? one.id}
            </Checkbox>
            <span className={styles['data']}>
              {one.hasData === null ? '' : t(one.hasData ? 'cleanup.apps.hasData' : 'cleanup.apps.noData')}
            </span>
            <span className={styles['size']}>{one.bytes === null ? '' : bytesText(one.bytes)}</span>
          </li>
        ))}
        {shown.length === 0 ? <li>{t('cleanup.apps.noMatch')}</li> : null}
      </ul>
    </Sheet>
  );
}
