import type { Route } from '../../app/navigation.tsx';
import { Page, PageBody } from '../../components/Page.tsx';
import { t } from '../../text/index.ts';

export function Browse(_props: { readonly route: Extract<Route, { screen: 'browse' }> }) {
  return (
    <Page title={t('nav.browse')}>
      <PageBody>{null}</PageBody>
    </Page>
  );
}
