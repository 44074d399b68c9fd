import { Link } from 'react-aria-components';
import type { OutputOf, PhoneView } from '../../../shared/contract/procedures/index.ts';
import { useQuery } from '../../api/engine.tsx';
import { type Route, writeRoute } from '../../app/navigation.tsx';
import { Button } from '../../components/Button.tsx';
import { Lock } from '../../components/backups/Lock.tsx';
import { ErrorNote } from '../../components/ErrorNote.tsx';
import { Mark } from '../../components/Mark.tsx';
import { Banner } from '../../components/Parts.tsx';
import { PhoneArt } from '../../components/PhoneArt.tsx';
import { usePasswordSheet } from '../../components/passwords/EnterPassword.tsx';
import { dayText, whenInSentence } from '../../text/formats.ts';
import { t } from '../../text/index.ts';
import { isBrowseKind, kindTitle } from '../browse/KindsColumn.tsx';
import { Marked } from '../browse/messages/Marked.tsx';
import styles from './Search.module.css';

type Hit = OutputOf<'browse.search'>['hits'][number];
const MOST = 200;

/** What one phone's newest backup has of the words, by kind. */
export function PhoneHits({ phone, text }: { readonly phone: PhoneView; readonly text: string }) {
  const { newest, name, udid } = phone;
  const rows = useQuery('backups.list', { udid }, ['backups', 'vaults']).data?.backups;
  const row = rows?.find((one) => one.id === newest?.snapshot);
  const version = newest === null ? null : { vault: newest.vault, snapshot: newest.snapshot };
  const answer = useQuery(
    'browse.search',
    version === null || row?.isOnline === false ? null : { ...version, text, limit: MOST },
    ['lock'],
  );
  const password = usePasswordSheet(udid, answer.reload);
  const { data, error } = answer;
  return (
    <section className={styles['phone']} aria-label={name}>
      <header className={styles['head']}>
        <PhoneArt udid={udid} width={16} />
        <h2>{newest === null ? name : t('search.from', { name, when: whenInSentence(newest.finishedAt) })}</h2>
        {row === undefined ? null : <Lock isEncrypted={row.encrypted} />}
        <small role="status">
          {data === undefined || answer.isLoading ? '' : t('search.hits', { count: data.hits.length })}
        </small>
      </header>
      {newest === null ? (
        <p className={styles['note']}>{t('search.noBackup', { name })}</p>
      ) : row?.isOnline === false ? (
        <p className={styles['note']}>{t('search.offline', { name })}</p>
      ) : error !== null && password.fits(error) ? (
        <Banner kind="info" action={<Button onPress={password.open}>{t('search.unlock')}</Button>}>
          {t('search.locked', { name })}
        </Banner>
      ) : error !== null ? (
        <ErrorNote error={error} onRetry={answer.reload} udid={udid} />
      ) : answer.isLoading || data === undefined ? (
        <p className={styles['note']}>
          <Mark kind="run" label={null} /> {t('search.searching', { name })}. {t('search.firstTime')}
        </p>
      ) : data.hits.length === 0 ? (
        <p className={styles['note']}>{t('search.none', { text })}</p>
      ) : (
        <Groups hits={data.hits} udid={udid} version={version} text={text} />
      )}
      {password.sheet}
    </section>
  );
}

function Groups({
  hits,
  udid,
  version,
  text,
}: {
  readonly hits: readonly Hit[];
  readonly udid: string;
  readonly version: { readonly vault: string; readonly snapshot: string } | null;
  readonly text: string;
}) {
  const kinds = [...new Set(hits.map(({ kind }) => kind))];
  return (
    <>
      {kinds.map((kind) => (
        <div key={kind} className={styles['kind']}>
          <h3>{isBrowseKind(kind) ? kindTitle(kind) : kind}</h3>
          <ul>
            {hits
              .filter((hit) => hit.kind === kind)
              .map((hit) => (
                <li key={hit.id}>
                  <Link className={styles['hit'] ?? ''} href={`#${writeRoute(routeOf(hit, udid, version, text))}`}>
                    {hit.title === null ? null : <strong>{hit.title}</strong>}
                    <span>
                      <Marked text={hit.snippet} find={text} />
                    </span>
                    <small>{hit.at === null ? '' : dayText(hit.at)}</small>
                  </Link>
                </li>
              ))}
          </ul>
        </div>
      ))}
      {hits.length < MOST ? null : <p className={styles['note']}>{t('search.most', { count: MOST })}</p>}
    </>
  );
}

/** Into Browse, at the item. A conversation is opened there; other kinds show the item among all. */
function routeOf(
  hit: Hit,
  udid: string,
  version: { readonly vault: string; readonly snapshot: string } | null,
  text: string,
): Route {
  const kind = isBrowseKind(hit.kind) ? hit.kind : 'files';
  const where = { screen: 'browse', udid, kind, ...(version === null ? {} : { version }) } as const;
  if (kind === 'messages' || kind === 'whatsapp') {
    return { ...where, item: hit.id, ...(hit.group === null ? {} : { group: hit.group }) };
  }
  if (kind === 'files') {
    const name = hit.id.slice(hit.id.lastIndexOf('/') + 1);
    return { ...where, text: name === '' ? text : name, ...(hit.group === null ? {} : { group: hit.group }) };
  }
  return { ...where, item: hit.id };
}
