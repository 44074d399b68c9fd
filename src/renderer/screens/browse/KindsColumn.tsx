import {
  Bell,
  BookUser,
  Calendar,
  Compass,
  Folder,
  Heart,
  Image,
  LayoutGrid,
  type LucideIcon,
  MessageCircle,
  MessageSquareText,
  Mic,
  Phone,
  StickyNote,
  Video,
  Voicemail,
} from 'lucide-react';
import { Fragment } from 'react';
import { Link } from 'react-aria-components';
import type { BrowseKind, OutputOf } from '../../../shared/contract/procedures/index.ts';
import { type Route, writeRoute } from '../../app/navigation.tsx';
import { numberText } from '../../text/formats.ts';
import { currentLocale, t } from '../../text/index.ts';
import { kindName } from '../../text/kinds.ts';
import styles from './Browse.module.css';

type KindCounts = OutputOf<'browse.kinds'>['kinds'];

const KINDS: ReadonlyArray<readonly [BrowseKind, LucideIcon]> = [
  ['photos', Image],
  ['videos', Video],
  ['messages', MessageCircle],
  ['whatsapp', MessageSquareText],
  ['notes', StickyNote],
  ['contacts', BookUser],
  ['calendar', Calendar],
  ['reminders', Bell],
  ['calls', Phone],
  ['voicemail', Voicemail],
  ['voice-memos', Mic],
  ['safari', Compass],
  ['health', Heart],
  ['apps', LayoutGrid],
  ['files', Folder],
];

export const kindTitle = (kind: BrowseKind): string => (kind === 'files' ? t('browse.files') : kindName(kind));

/** Inside a sentence: names of products keep their capital. */
export const kindInSentence = (kind: BrowseKind): string =>
  kind === 'whatsapp' || kind === 'safari' ? kindTitle(kind) : kindTitle(kind).toLocaleLowerCase(currentLocale());

export function isBrowseKind(word: string): word is BrowseKind {
  return KINDS.some(([kind]) => kind === word);
}

export function KindsColumn({
  route,
  counts,
}: {
  readonly route: Extract<Route, { screen: 'browse' }>;
  readonly counts: KindCounts | undefined;
}) {
  return (
    <nav className={styles['kinds']} aria-label={t('browse.kinds')}>
      {KINDS.map(([kind, Icon]) => {
        const count = counts?.find((one) => one.kind === kind)?.count ?? null;
        const isHere = route.kind === kind;
        const { udid, version } = route;
        return (
          <Fragment key={kind}>
            {kind === 'apps' ? <hr /> : null}
            <Link
              className={`${styles['kind']} ${isHere ? styles['on'] : ''}`}
              href={`#${writeRoute({ screen: 'browse', udid, kind, ...(version === undefined ? {} : { version }) })}`}
              {...(isHere ? { 'aria-current': 'page' } : {})}
            >
              <Icon size={16} strokeWidth={1.6} aria-hidden />
              <span>{kindTitle(kind)}</span>
              {count === null || kind === 'health' ? null : <small>{numberText(count)}</small>}
            </Link>
          </Fragment>
        );
      })}
    </nav>
  );
}
