import {
  AppWindow,
  BookOpenText,
  Calendar,
  Contact,
  FileText,
  Heart,
  House,
  Image,
  KeyRound,
  ListTodo,
  type LucideIcon,
  MessageCircle,
  MessagesSquare,
  Mic,
  Phone,
  Settings2,
  Video,
  Voicemail,
  Wifi,
} from 'lucide-react';
import type { OutputOf } from '../../../shared/contract/procedures/index.ts';
import { Button } from '../../components/Button.tsx';
import { bytesText, numberText } from '../../text/formats.ts';
import { currentLocale, t } from '../../text/index.ts';
import { kindName } from '../../text/kinds.ts';
import type { Coverage } from './Contents.tsx';
import styles from './CoverageTable.module.css';

type Kind = Coverage['kinds'][number];

const ICONS: Readonly<Record<string, LucideIcon>> = {
  photos: Image,
  videos: Video,
  messages: MessageCircle,
  conversations: MessagesSquare,
  whatsapp: MessageCircle,
  contacts: Contact,
  notes: FileText,
  calendar: Calendar,
  reminders: ListTodo,
  calls: Phone,
  voicemail: Voicemail,
  'voice-memos': Mic,
  'safari-bookmarks': BookOpenText,
  'safari-history': BookOpenText,
  apps: AppWindow,
  health: Heart,
  wifi: Wifi,
  passwords: KeyRound,
  home: House,
  settings: Settings2,
};
/** Apple puts these into encrypted backups only. */
const SECRET: ReadonlySet<string> = new Set(['calls', 'safari-history', 'health', 'wifi', 'passwords', 'home']);
/** A fall beyond this share is more than people delete in a day. */
const NORMAL_FALL = 0.05;

/** How many of a kind Browse shows. */
type Shown = OutputOf<'browse.kinds'>['kinds'];

export function CoverageTable({
  coverage,
  shown,
  isEncrypted,
  onCompare,
}: {
  readonly coverage: Coverage;
  readonly shown: Shown;
  readonly isEncrypted: boolean;
  readonly onCompare: (() => void) | null;
}) {
  const open = coverage.kinds.filter(({ kind }) => !SECRET.has(kind));
  const secret = coverage.kinds.filter(({ kind }) => SECRET.has(kind));
  return (
    <table className={styles['table']}>
      <thead>
        <tr>
          <th scope="col">{t('contents.kind')}</th>
          <th scope="col" className={styles['n']}>
            {t('contents.items')}
          </th>
          <th scope="col" className={styles['n']}>
            {t('contents.change')}
          </th>
          <th scope="col" className={styles['n']}>
            {t('contents.size')}
          </th>
          <th scope="col">{t('contents.note')}</th>
        </tr>
      </thead>
      <tbody>
        {open.map((one) => (
          <Row key={one.kind} one={one} coverage={coverage} shown={shown} onCompare={onCompare} />
        ))}
        <tr className={styles['group']}>
          <th scope="colgroup" colSpan={5}>
            <KeyRound size={14} strokeWidth={1.7} aria-hidden />
            {t(isEncrypted ? 'contents.because' : 'contents.becauseNot')}
          </th>
        </tr>
        {secret.map((one) => (
          <Row key={one.kind} one={one} coverage={coverage} shown={shown} onCompare={onCompare} />
        ))}
      </tbody>
    </table>
  );
}

function Row({
  one,
  coverage,
  shown,
  onCompare,
}: {
  readonly one: Kind;
  readonly coverage: Coverage;
  readonly shown: Shown;
  readonly onCompare: (() => void) | null;
}) {
  const Icon = ICONS[one.kind] ?? FileText;
  const isThere = one.status === 'present' || one.status === 'partial' || one.status === 'in-icloud';
  const { change } = one;
  const before = one.count === null || change === null ? null : one.count - change;
  const isFall = change !== null && before !== null && before > 20 && -change > before * NORMAL_FALL;
  return (
    <tr className={isThere ? '' : styles['away']}>
      <th scope="row">
        <Icon size={16} strokeWidth={1.6} aria-hidden />
        {kindName(one.kind)}
      </th>
      <td className={styles['n']}>
        {isThere && one.count !== null ? numberText(one.count) : isThere ? t('contents.present') : '–'}
      </td>
      <td className={`${styles['n']} ${change === 0 ? styles['zero'] : ''}`}>
        {change === null ? '' : changeText(change)}
      </td>
      <td className={`${styles['n']} ${styles['size']}`}>
        {one.bytes === null || one.bytes === 0 ? '' : bytesText(one.bytes)}
      </td>
      <td className={styles['note']}>
        {isFall ? (
          onCompare === null ? (
            <span className={styles['warn']}>{changeText(change)}</span>
          ) : (
            <Button look="link" onPress={onCompare}>
              <span className={styles['warn']}>{t('contents.fall', { change: changeText(change) })}</span>
            </Button>
          )
        ) : (
          <>
            <Note one={one} coverage={coverage} />
            <NotShown one={one} shown={shown} />
          </>
        )}
      </td>
    </tr>
  );
}

function Note({ one, coverage }: { readonly one: Kind; readonly coverage: Coverage }) {
  const away = coverage.originals?.onlyInICloud ?? 0;
  if (one.kind === 'photos' && away > 0) {
    return <span className={styles['warn']}>{t('contents.previews', { count: away })}</span>;
  }
  switch (one.status) {
    case 'absent':
      return t('contents.absent');
    case 'only-if-encrypted':
      return t('contents.onlyEncrypted');
    case 'in-icloud':
      return <span className={styles['warn']}>{t('contents.inICloud')}</span>;
    case 'unknown':
      return <span className={styles['warn']}>{t('contents.unknown')}</span>;
    case 'partial':
      return (
        <span className={styles['warn']} title={one.notes.join('\n')}>
          {t('contents.partial')}
        </span>
      );
    default:
      return one.notes[0] ?? null;
  }
}

/** Everything in the library is counted; the wall leaves out what the Photos app leaves out. */
function NotShown({ one, shown }: { readonly one: Kind; readonly shown: Shown }) {
  if (one.kind !== 'photos' && one.kind !== 'videos') return null;
  const wall = shown.find(({ kind }) => kind === one.kind)?.count ?? null;
  const rest = one.count === null || wall === null ? 0 : one.count - wall;
  return rest <= 0 ? null : <span className={styles['more']}>{t('contents.notShown', { count: rest })}</span>;
}

function changeText(change: number): string {
  return new Intl.NumberFormat(currentLocale(), { signDisplay: 'exceptZero' }).format(change);
}
