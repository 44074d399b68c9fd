import type { Version } from '../../app/navigation.tsx';
import { Page, PageBody } from '../../components/Page.tsx';
import { t } from '../../text/index.ts';

export function Contents(_props: { readonly udid: string; readonly version: Version }) {
  return (
    <Page title={t('nav.history')}>
      <PageBody>{null}</PageBody>
    </Page>
  );
}
