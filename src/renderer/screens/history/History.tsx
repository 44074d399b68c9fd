import { Page, PageBody } from '../../components/Page.tsx';
import { t } from '../../text/index.ts';

export function History(_props: { readonly udid: string; readonly selected: string | null }) {
  return (
    <Page title={t('nav.history')}>
      <PageBody>{null}</PageBody>
    </Page>
  );
}
