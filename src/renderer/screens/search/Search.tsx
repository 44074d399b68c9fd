import { Page, PageBody } from '../../components/Page.tsx';
import { t } from '../../text/index.ts';

export function Search(_props: { readonly text: string }) {
  return (
    <Page title={t('nav.backups')}>
      <PageBody>{null}</PageBody>
    </Page>
  );
}
