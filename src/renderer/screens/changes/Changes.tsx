import type { Version } from '../../app/navigation.tsx';
import { Page, PageBody } from '../../components/Page.tsx';
import { t } from '../../text/index.ts';

export function Changes(_props: {
  readonly udid: string;
  readonly older: Version | null;
  readonly newer: Version | null;
}) {
  return (
    <Page title={t('nav.changes')}>
      <PageBody>{null}</PageBody>
    </Page>
  );
}
