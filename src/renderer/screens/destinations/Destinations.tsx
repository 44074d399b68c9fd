import { Page, PageBody } from '../../components/Page.tsx';
import { t } from '../../text/index.ts';

export function Destinations() {
  return (
    <Page title={t('nav.destinations')}>
      <PageBody>{null}</PageBody>
    </Page>
  );
}
