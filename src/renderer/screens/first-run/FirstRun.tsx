import { Page, PageBody } from '../../components/Page.tsx';
import { t } from '../../text/index.ts';

export function FirstRun() {
  return (
    <Page title={t('nav.home')}>
      <PageBody>{null}</PageBody>
    </Page>
  );
}
