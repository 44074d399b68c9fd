import { useEffect, useState } from 'react';
import { useQuery } from '../../api/engine.tsx';
import { useNavigation } from '../../app/navigation.tsx';
import { ErrorNote } from '../../components/ErrorNote.tsx';
import { SearchField } from '../../components/Fields.tsx';
import { Page, PageBody } from '../../components/Page.tsx';
import { Empty } from '../../components/Parts.tsx';
import { t } from '../../text/index.ts';
import { useSettled } from '../browse/use-items.ts';
import { PhoneHits } from './PhoneHits.tsx';
import styles from './Search.module.css';

/** One text, in the newest backup of every phone. */
export function Search({ text }: { readonly text: string }) {
  const { replace } = useNavigation();
  const [typed, setTyped] = useState(text);
  const settled = useSettled(typed, 400).trim().slice(0, 200);
  useEffect(() => setTyped(text), [text]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: only what was typed goes into the address.
  useEffect(() => {
    if (settled !== text) replace({ screen: 'search', text: settled });
  }, [settled]);
  const phones = useQuery('phones.list', {}, ['phones', 'backups']);
  const list = phones.data?.phones ?? [];
  return (
    <Page
      title={t('search.title')}
      tools={
        <SearchField
          label={t('search.field')}
          value={typed}
          onChange={setTyped}
          onSubmit={(value) => replace({ screen: 'search', text: value.trim().slice(0, 200) })}
          width={280}
        />
      }
    >
      <PageBody width="reading">
        {phones.error === null ? null : <ErrorNote error={phones.error} onRetry={phones.reload} />}
        {settled === '' ? (
          <Empty title={t('search.startTitle')}>{t('search.startText')}</Empty>
        ) : (
          <div className={styles['phones']}>
            {list.map((phone) => (
              <PhoneHits key={phone.udid} phone={phone} text={settled} />
            ))}
          </div>
        )}
      </PageBody>
    </Page>
  );
}
