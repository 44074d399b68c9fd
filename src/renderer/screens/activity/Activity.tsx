import { Page, PageBody } from '../../components/Page.tsx';
import { t } from '../../text/index.ts';

export function Activity() {
  return (
    <Page title={t('nav.activity')}>
      <PageBody>{null}</PageBody>
    </Page>
  );
}
