import { Printer } from 'lucide-react';
import { useState } from 'react';
import type { CleanupView, PhoneView } from '../../../../shared/contract/procedures/index.ts';
import { useAction } from '../../../api/engine.tsx';
import { useNavigation } from '../../../app/navigation.tsx';
import { Button } from '../../../components/Button.tsx';
import { ErrorNote } from '../../../components/ErrorNote.tsx';
import { PageBody } from '../../../components/Page.tsx';
import { PrintSheet } from '../../../components/PrintSheet.tsx';
import { t } from '../../../text/index.ts';
import { routeOf } from '../choice.ts';
import { Frame } from '../Frame.tsx';
import styles from './Certificate.module.css';
import { CertificateCard } from './CertificateCard.tsx';
import { NotSafe } from './NotSafe.tsx';

/** Safe to clean: until when, what can be undone and what cannot, and what to do next. */
export function Certificate({
  view,
  phone,
  onChanged,
}: {
  readonly view: CleanupView;
  readonly phone: PhoneView;
  readonly onChanged: () => void;
}) {
  const { go } = useNavigation();
  const finished = useAction('cleanup.finished');
  const [isPrinting, setPrinting] = useState(false);
  const { udid } = phone;
  const { certificate, standing } = view;
  if (certificate === null) return <NotSafe view={view} phone={phone} />;
  const isOver = standing?.state === 'lapsed';
  const isOpen = standing === null || standing.state === 'uncertain';
  const finish = async (): Promise<void> => {
    if ((await finished.run({ udid })) !== null) onChanged();
  };
  return (
    <Frame phone={phone} step="clean">
      <div className={styles['split']}>
        <PageBody>
          <div className={styles['one']}>
            <CertificateCard view={view} certificate={certificate} phone={phone} />
            {finished.error === null ? null : <ErrorNote error={finished.error} udid={udid} />}
          </div>
        </PageBody>
        <div className={styles['bar']}>
          <div className={styles['after']}>
            <div>
              <strong>{t(`cleanup.after.${isOver ? 'over' : isOpen ? 'open' : 'clean'}`)}</strong>
              <p>{t(`cleanup.after.${isOver ? 'overText' : isOpen ? 'openText' : 'cleanText'}`)}</p>
            </div>
            <Button icon={<Printer size={16} strokeWidth={1.6} aria-hidden />} onPress={() => setPrinting(true)}>
              {t('cleanup.print')}
            </Button>
            {isOver ? (
              <>
                <Button isPending={finished.isRunning} onPress={() => void finish()}>
                  {t('cleanup.finished')}
                </Button>
                <Button look="filled" size="large" onPress={() => go(routeOf(udid, 'protect', view.choice))}>
                  {t('cleanup.again')}
                </Button>
              </>
            ) : (
              <Button
                look={isOpen ? 'plain' : 'filled'}
                size="large"
                isPending={finished.isRunning}
                onPress={() => void finish()}
              >
                {t('cleanup.finished')}
              </Button>
            )}
          </div>
        </div>
        {isPrinting ? (
          <PrintSheet onDone={() => setPrinting(false)}>
            <CertificateCard view={view} certificate={certificate} phone={phone} isPrinted />
          </PrintSheet>
        ) : null}
      </div>
    </Frame>
  );
}
