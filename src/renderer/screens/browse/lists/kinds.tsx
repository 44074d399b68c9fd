import {
  AppWindow,
  Bookmark,
  CheckCircle2,
  Circle,
  Clock,
  Glasses,
  HeartPulse,
  PanelTop,
  PhoneIncoming,
  PhoneMissed,
  PhoneOutgoing,
  Voicemail as Tape,
  Video,
} from 'lucide-react';
import type { CallView, EventView, PageView } from '../../../../shared/contract/procedures/index.ts';
import { useNavigation } from '../../../app/navigation.tsx';
import { Button } from '../../../components/Button.tsx';
import { Tag } from '../../../components/Parts.tsx';
import { bytesText, dateText, fullDayText, lengthText, numberText, timeText, whenText } from '../../../text/formats.ts';
import { t } from '../../../text/index.ts';
import { useFrame } from '../browse-context.ts';
import { EventDetail } from './EventDetail.tsx';
import styles from './Lists.module.css';
import { Player } from './Player.tsx';
import { SimpleList } from './SimpleList.tsx';

/** The kinds whose items fit in a row. */

const SIGN = { size: 16, strokeWidth: 1.6, 'aria-hidden': true } as const;

export function CalendarList() {
  return (
    <SimpleList kind="calendar" rowHeight={46} below={(event) => <EventDetail event={event} />}>
      {(event, before) => (
        <>
          <span className={styles['when']}>
            {event.startAt === null || dayOf(event) === dayOf(before) ? '' : fullDayText(event.startAt)}
          </span>
          <span className={styles['num']}>
            {event.isAllDay ? t('browse.allDay') : event.startAt === null ? '' : timeText(event.startAt)}
          </span>
          <span className={styles['main']}>
            <strong>{event.title ?? t('browse.untitled')}</strong>
            {event.location === null ? null : <small>{event.location}</small>}
          </span>
          <span className={styles['side']}>{event.calendar ?? ''}</span>
        </>
      )}
    </SimpleList>
  );
}

function dayOf(event: EventView | undefined): string {
  return event?.startAt == null ? '' : new Date(event.startAt).toDateString();
}

export function ReminderList() {
  return (
    <SimpleList kind="reminders" rowHeight={44}>
      {(one) => (
        <>
          <span className={styles['sign']} role="img" aria-label={t(one.isDone ? 'browse.done' : 'browse.notDone')}>
            {one.isDone ? <CheckCircle2 {...SIGN} /> : <Circle {...SIGN} />}
          </span>
          <span className={styles['main']}>
            <strong>{one.title ?? t('browse.untitled')}</strong>
            {one.notes === null ? null : <small>{one.notes}</small>}
          </span>
          <span className={styles['side']}>{one.dueAt === null ? '' : whenText(one.dueAt)}</span>
          <span className={styles['when']}>{one.list ?? ''}</span>
        </>
      )}
    </SimpleList>
  );
}

export function CallList() {
  return (
    <SimpleList kind="calls" rowHeight={44}>
      {(call) => {
        const isMissed = !call.isOutgoing && call.isAnswered === false;
        return (
          <>
            <span className={`${styles['sign']} ${isMissed ? styles['missed'] : ''}`} role="img" aria-label={way(call)}>
              {isMissed ? (
                <PhoneMissed {...SIGN} />
              ) : call.isOutgoing ? (
                <PhoneOutgoing {...SIGN} />
              ) : (
                <PhoneIncoming {...SIGN} />
              )}
            </span>
            <span className={styles['main']}>
              <strong>{call.name ?? call.address ?? t('browse.unknownCaller')}</strong>
              <small>{[way(call), call.name === null ? null : call.address].filter(Boolean).join(' · ')}</small>
            </span>
            {call.isVideo ? <Video {...SIGN} aria-label={t('browse.call.video')} aria-hidden={false} /> : null}
            {call.service === null ? null : <Tag>{call.service}</Tag>}
            <span className={styles['num']}>
              {call.durationSeconds === null || call.durationSeconds === 0 ? '' : lengthText(call.durationSeconds)}
            </span>
            <span className={styles['when']}>{call.at === null ? '' : whenText(call.at)}</span>
          </>
        );
      }}
    </SimpleList>
  );
}

function way(call: CallView): string {
  if (call.isOutgoing) return t(call.isAnswered === false ? 'browse.call.unanswered' : 'browse.call.outgoing');
  return t(call.isAnswered === false ? 'browse.call.missed' : 'browse.call.incoming');
}

export function RecordingList({ kind }: { readonly kind: 'voicemail' | 'voice-memos' }) {
  return (
    <SimpleList kind={kind} rowHeight={44} below={(one) => <Player key={one.id} recording={one} />}>
      {(one) => (
        <>
          <span className={styles['sign']}>
            <Tape {...SIGN} />
          </span>
          <span className={styles['main']}>
            <strong>{one.title ?? t('browse.recording')}</strong>
            {one.transcript === null ? null : <small>{one.transcript}</small>}
          </span>
          {one.isTrashed ? <Tag>{t('browse.recordingTrashed')}</Tag> : null}
          {one.file.state === 'here' ? null : (
            <Tag>{t(one.file.state === 'missing' ? 'browse.attachmentMissing' : 'browse.attachmentCloud')}</Tag>
          )}
          <span className={styles['num']}>{one.durationSeconds === null ? '' : lengthText(one.durationSeconds)}</span>
          <span className={styles['when']}>{one.at === null ? '' : whenText(one.at)}</span>
        </>
      )}
    </SimpleList>
  );
}

const PAGE_SIGNS = { bookmark: Bookmark, 'reading-list': Glasses, visit: Clock, tab: PanelTop } as const;

export function SafariList() {
  return (
    <SimpleList kind="safari" rowHeight={44}>
      {(page: PageView) => {
        const Icon = PAGE_SIGNS[page.kind];
        return (
          <>
            <span className={styles['sign']} role="img" aria-label={t(`browse.safari.${page.kind}`)}>
              <Icon {...SIGN} />
            </span>
            <span className={styles['main']}>
              <strong>{page.title ?? page.url}</strong>
              <small className="selectable">{page.url}</small>
            </span>
            <span className={styles['when']}>{page.at === null ? (page.folder ?? '') : whenText(page.at)}</span>
          </>
        );
      }}
    </SimpleList>
  );
}

export function HealthList() {
  return (
    <SimpleList kind="health" rowHeight={44} hint={<p className={styles['hint']}>{t('browse.healthPrivate')}</p>}>
      {(one) => (
        <>
          <span className={styles['sign']}>
            <HeartPulse {...SIGN} />
          </span>
          <span className={styles['main']}>
            <strong>{healthName(one.name ?? one.id)}</strong>
          </span>
          <span className={styles['side']}>
            {one.firstAt === null || one.lastAt === null
              ? ''
              : t('browse.healthSpan', { from: dateText(one.firstAt), to: dateText(one.lastAt) })}
          </span>
          <span className={styles['num']}>{numberText(one.samples)}</span>
        </>
      )}
    </SimpleList>
  );
}

/** The engine's words for types; what it has no word for comes as the phone's number. */
function healthName(name: string): string {
  if (/^\d+$/.test(name)) return t('browse.healthNumber', { number: name });
  return name.slice(0, 1).toLocaleUpperCase() + name.slice(1);
}

export function AppList() {
  const { go } = useNavigation();
  const { udid, version } = useFrame();
  const openFiles = (domain: string | undefined): void => {
    if (domain !== undefined) go({ screen: 'browse', udid, kind: 'files', version, group: domain });
  };
  return (
    <SimpleList
      kind="apps"
      rowHeight={48}
      onOpen={(one) => openFiles(one.domains[0])}
      below={(one) => (
        <div className={styles['player']}>
          <strong>{t('browse.appDomains')}</strong>
          {one.domains.map((domain) => (
            <Button key={domain} look="link" onPress={() => openFiles(domain)}>
              {domain}
            </Button>
          ))}
        </div>
      )}
    >
      {(one) => (
        <>
          <span className={styles['sign']}>
            <AppWindow {...SIGN} />
          </span>
          <span className={styles['main']}>
            <strong>{one.name ?? one.id}</strong>
            <small>{one.name === null ? '' : one.id}</small>
          </span>
          <span className={styles['side']}>
            {one.documentBytes === null || one.documentBytes === 0
              ? ''
              : t('browse.appDocuments', { size: bytesText(one.documentBytes) })}
          </span>
          <span className={styles['num']}>{t('browse.appFiles', { count: one.files })}</span>
          <span className={styles['num']}>{one.bytes === null ? '' : bytesText(one.bytes)}</span>
        </>
      )}
    </SimpleList>
  );
}
