import { en } from '../../text/en/index.ts';
import { type TextKey, t } from '../../text/index.ts';
import type { Coverage } from './Contents.tsx';
import styles from './NotIncluded.module.css';

/** Every success also says what it does not cover. */
export function NotIncluded({ coverage }: { readonly coverage: Coverage }) {
  return (
    <section>
      <h2 className={styles['title']}>{t('contents.not')}</h2>
      <ul className={styles['list']}>
        {coverage.notIncluded.map(({ kind, reason }) => (
          <li key={kind}>
            <strong>{words(`not.${kind}`) ?? kind}</strong>
            <span>{words(`notText.${kind}`) ?? reason}</span>
          </li>
        ))}
      </ul>
      <details className={styles['more']}>
        <summary>{t('contents.icloud')}</summary>
        <p>{t('contents.icloudText')}</p>
      </details>
    </section>
  );
}

function words(key: string): string | null {
  return Object.hasOwn(en, key) ? t(key as TextKey) : null;
}
