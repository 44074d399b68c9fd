import type { Version } from '../../app/navigation.tsx';
import { Page, PageBody } from '../../components/Page.tsx';
import { t } from '../../text/index.ts';

export function Verify(_props: { readonly udid: string; readonly version: Version | null }) {
  return (
    <Page title={t('nav.verify')}>
      <PageBody>{null}</PageBody>
    </Page>
  );
}
