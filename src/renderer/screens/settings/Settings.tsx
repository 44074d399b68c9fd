import { Page, PageBody } from '../../components/Page.tsx';
import { t } from '../../text/index.ts';

export function Settings(_props: { readonly section: string | null }) {
  return (
    <Page title={t('nav.settings')}>
      <PageBody>{null}</PageBody>
    </Page>
  );
}
