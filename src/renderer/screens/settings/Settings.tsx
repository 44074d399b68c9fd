import type { OutputOf, Settings as Values } from '../../../shared/contract/procedures/index.ts';
import { type Action, useAction, useQuery } from '../../api/engine.tsx';
import { useNavigation } from '../../app/navigation.tsx';
import { ErrorNote } from '../../components/ErrorNote.tsx';
import { Segmented } from '../../components/Fields.tsx';
import { Page, PageBody } from '../../components/Page.tsx';
import { t } from '../../text/index.ts';
import { Advanced } from './Advanced.tsx';
import { General } from './General.tsx';
import { Notifications } from './Notifications.tsx';
import { Security } from './Security.tsx';
import styles from './Settings.module.css';
import { Storage } from './Storage.tsx';

const SECTIONS = ['general', 'security', 'notifications', 'storage', 'advanced'] as const;
type SectionName = (typeof SECTIONS)[number];

export interface SectionProps {
  readonly values: Values;
  readonly info: OutputOf<'system.info'>;
  readonly set: Action<'settings.set'>['run'];
}

/** Every change holds at once; there is nothing to save. */
export function Settings({ section }: { readonly section: string | null }) {
  const { replace } = useNavigation();
  const values = useQuery('settings.get', {}, ['settings']);
  const info = useQuery('system.info', {});
  const set = useAction('settings.set');
  const chosen: SectionName = SECTIONS.find((one) => one === section) ?? 'general';
  const Shown = {
    general: General,
    security: Security,
    notifications: Notifications,
    storage: Storage,
    advanced: Advanced,
  }[chosen];
  return (
    <Page
      title={t('settings.title')}
      tools={
        <Segmented
          label={t('settings.sections')}
          value={chosen}
          choices={SECTIONS.map((id) => ({ id, label: t(`settings.${id}`) }))}
          onChange={(next) => replace({ screen: 'settings', section: next })}
        />
      }
    >
      <PageBody width="reading">
        {values.error === null ? null : <ErrorNote error={values.error} onRetry={values.reload} />}
        {set.error === null ? null : <ErrorNote error={set.error} />}
        {values.data === undefined || info.data === undefined ? null : (
          <div className={styles['sections']}>
            <Shown values={values.data} info={info.data} set={set.run} />
          </div>
        )}
      </PageBody>
    </Page>
  );
}
