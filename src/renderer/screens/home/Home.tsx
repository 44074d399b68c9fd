import { Page, PageBody } from '../../components/Page.tsx';
import { t } from '../../text/index.ts';

export function Home() {
  return (
    <Page title={t('nav.home')}>
      <PageBody>{null}</PageBody>
    </Page>
  );
}
