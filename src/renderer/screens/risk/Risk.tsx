import { Printer } from 'lucide-react';
import { useState } from 'react';
import type { PhoneView } from '../../../shared/contract/procedures/index.ts';
import { useQuery } from '../../api/engine.tsx';
import { useNavigation } from '../../app/navigation.tsx';
import { Button } from '../../components/Button.tsx';
import { BackUpButton } from '../../components/backups/BackUpButton.tsx';
import { ErrorNote } from '../../components/ErrorNote.tsx';
import { Mark } from '../../components/Mark.tsx';
import { Page, PageBody } from '../../components/Page.tsx';
import { Empty } from '../../components/Parts.tsx';
import { PrintSheet } from '../../components/PrintSheet.tsx';
import { t } from '../../text/index.ts';
import { CoverageTable } from './CoverageTable.tsx';
import { Legend } from './Legend.tsx';
import { LossMeter } from './LossMeter.tsx';
import { PrintedMap } from './PrintedMap.tsx';
import styles from './Risk.module.css';
import { headlineOf, sourceText } from './risk-words.ts';

/** What would I lose today? Groups of data against the places where they are: proven, said, unknown or not there. */
export function Risk({ udid }: { readonly udid: string | null }) {
  const navigation = useNavigation();
  const phones = useQuery('phones.list', {}, ['phones', 'backups']).data?.phones;
  const wanted = udid ?? navigation.udid;
  const phone = phones?.find((one) => one.udid === wanted) ?? phones?.[0];
  if (phone === undefined) {
    return (
      <Page title={t('nav.risk')}>
        {phones === undefined ? null : <Empty title={t('cleanup.noPhone')}>{t('cleanup.noPhoneText')}</Empty>}
      </Page>
    );
  }
  return <OfPhone key={phone.udid} phone={phone} />;
}

function OfPhone({ phone }: { readonly phone: PhoneView }) {
  const { udid } = phone;
  const answer = useQuery('risk.map', { udid }, ['cleanup', 'backups', 'phones', 'vaults']);
  const loss = useQuery('risk.loss', { udid }, ['backups', 'phones']);
  const [isPrinting, setPrinting] = useState(false);
  const { data } = answer;
  return (
    <Page
      title={t('nav.risk')}
      subtitle={phone.name}
      tools={
        data === undefined ? null : (
          <Button icon={<Printer size={16} strokeWidth={1.6} aria-hidden />} onPress={() => setPrinting(true)}>
            {t('risk.print')}
          </Button>
        )
      }
    >
      <PageBody>
        {answer.error === null ? null : <ErrorNote error={answer.error} udid={udid} onRetry={answer.reload} />}
        {data === undefined ? (
          answer.error === null ? (
            <p className={styles['asking']} role="status">
              <Mark kind="run" label={null} />
              {t('risk.asking')}
            </p>
          ) : null
        ) : (
          <>
            <div className={styles['top']}>
              <div>
                <h2 className={styles['title']}>{t('risk.title')}</h2>
                <p className={styles['lead']}>{headlineOf(data.map)}</p>
                <p className={styles['source']}>{sourceText(data.map)}</p>
              </div>
              <BackUpButton udid={udid} look={data.map.version === null ? 'filled' : 'plain'} />
            </div>
            <LossMeter loss={loss.data ?? data.loss} isCounting={loss.isLoading} />
            <CoverageTable map={data.map} udid={udid} onDeclared={answer.reload} />
            <Legend />
            {isPrinting ? (
              <PrintSheet onDone={() => setPrinting(false)}>
                <PrintedMap map={data.map} loss={loss.data ?? data.loss} phone={phone} />
              </PrintSheet>
            ) : null}
          </>
        )}
      </PageBody>
    </Page>
  );
}
