import type { Guidance } from '../../../../shared/rules/guidance/index.ts';
import { t } from '../../../text/index.ts';
import styles from './Guide.module.css';

/** What is lost without a backup, and what each kind of backup holds. */
export function Compared({ guide }: { readonly guide: Guidance }) {
  return (
    <table className={styles['compared']}>
      <thead>
        <tr>
          <th scope="col">{t('risk.column.what')}</th>
          <th scope="col">{t('guide.column.without')}</th>
          <th scope="col">{t('guide.column.encrypted')}</th>
          <th scope="col">{t('guide.column.unencrypted')}</th>
          <th scope="col">{t('guide.column.icloud')}</th>
        </tr>
      </thead>
      <tbody>
        {guide.compared.map(({ id, data, without, encrypted, unencrypted, icloud }) => (
          <tr key={id}>
            <th scope="row">{data}</th>
            <td>{without}</td>
            <td>{encrypted}</td>
            <td>{unencrypted}</td>
            <td>{icloud}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
