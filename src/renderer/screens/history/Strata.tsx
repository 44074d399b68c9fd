import { useMemo } from 'react';
import type { BackupRow } from '../../../shared/contract/procedures/index.ts';
import type { RetentionPolicy } from '../../../shared/rules/retention/index.ts';
import { bytesText, dateText, whenText } from '../../text/formats.ts';
import { currentLocale, t } from '../../text/index.ts';
import styles from './Strata.module.css';
import { barHeight, placed, type Zone, zonesOf } from './zones.ts';

const HEIGHT = 92;

/** What each backup added, in the zones that retention keeps. A picture of the list below, which is the one for keyboards. */
export function Strata({
  backups,
  policy,
  selected,
  going,
  onSelect,
}: {
  readonly backups: readonly BackupRow[];
  readonly policy: RetentionPolicy;
  readonly selected: ReadonlySet<string>;
  /** Versions that would go; drawn faint. */
  readonly going?: ReadonlySet<string>;
  readonly onSelect?: (id: string) => void;
}) {
  const now = useMemo(() => new Date(), []);
  const zones = useMemo(() => zonesOf(policy, backups, now), [policy, backups, now]);
  const weights = zones.reduce((sum, { weight }) => sum + weight, 0);
  // A first backup holds everything: it would flatten all others.
  const most = useMemo(() => {
    const sizes = backups.map((one) => one.newBytes).sort((a, b) => b - a);
    return sizes.length > 3 ? (sizes[1] ?? 0) : (sizes[0] ?? 0);
  }, [backups]);
  return (
    <div className={styles['strata']} role="img" aria-label={t('strata.label')}>
      {zones.map((zone) => (
        <div key={zone.kind} className={styles['zone']} style={{ flexGrow: zone.weight }}>
          <div className={styles['head']}>
            <strong>{titleOf(zone)}</strong>
            <span>{spanOf(zone, policy)}</span>
          </div>
          <div className={styles['bars']}>
            {placed(backups, zone, zone.weight / weights).map(({ one, left }) => {
              const isOn = selected.has(one.id);
              const words = [
                t('strata.bar', { when: whenText(one.finishedAt, now), size: bytesText(one.newBytes) }),
                one.keptUntil === null ? null : t('strata.becomes', { date: dateText(one.keptUntil, now) }),
              ];
              return (
                // biome-ignore lint/a11y/noStaticElementInteractions: pointer help only; the list below does the same by keyboard.
                // biome-ignore lint/a11y/useKeyWithClickEvents: as above.
                <span
                  key={one.id}
                  className={`${styles['bar']} ${isOn ? styles['on'] : ''} ${going?.has(one.id) === true ? styles['going'] : ''}`}
                  style={{
                    insetInlineStart: `${left}%`,
                    width: barWidth(zone),
                    height: Math.min(HEIGHT, barHeight(one.newBytes, most, HEIGHT - 14)),
                  }}
                  title={words.filter((word) => word !== null).join('\n')}
                  onClick={() => onSelect?.(one.id)}
                >
                  {one.pinned ? <i className={styles['pin']} /> : null}
                </span>
              );
            })}
          </div>
          <div className={styles['axis']}>
            {ticksOf(zone, now).map(({ at, text }) => (
              <span key={at} style={{ insetInlineStart: `${at}%` }}>
                {text}
              </span>
            ))}
          </div>
        </div>
      ))}
    </div>
  );
}

/** Bars of neighbouring days stay apart. */
function barWidth({ fromMs, toMs }: Zone): string {
  const days = (toMs - fromMs) / 86_400_000;
  return days > 60 ? '7px' : `clamp(2px, ${55 / days}%, 7px)`;
}

function titleOf({ kind }: Zone): string {
  if (kind === 'every') return t('strata.everyBackup');
  return t(`strata.${kind}`);
}

function spanOf(zone: Zone, policy: RetentionPolicy): string {
  if (zone.kind === 'every' && policy.everyForDays !== null) return t('strata.days', { count: policy.everyForDays });
  if (zone.kind === 'daily') return t('strata.weeks', { count: policy.dailyForWeeks });
  const month = new Intl.DateTimeFormat(currentLocale(), {
    month: 'short',
    ...(zone.toMs - zone.fromMs > 360 * 86_400_000 ? { year: 'numeric' } : {}),
  });
  const from = month.format(zone.fromMs);
  const to = month.format(zone.toMs - 1);
  return from === to ? from : t('strata.range', { from, to });
}

/** A few dates, far enough from each other and from the right edge. */
function ticksOf(zone: Zone, now: Date): readonly { readonly at: number; readonly text: string }[] {
  const days = (zone.toMs - zone.fromMs) / 86_400_000;
  const format =
    days <= 10
      ? new Intl.DateTimeFormat(currentLocale(), { weekday: 'narrow' })
      : days <= 120
        ? new Intl.DateTimeFormat(currentLocale(), { day: 'numeric', month: 'short' })
        : new Intl.DateTimeFormat(currentLocale(), { month: 'short' });
  if (days <= 10) {
    return Array.from({ length: Math.round(days) }, (_, n) => {
      const date = new Date(zone.fromMs + (n + 0.5) * 86_400_000);
      const isToday = date.toDateString() === now.toDateString();
      const isBeforeToday = n === Math.round(days) - 2;
      const text = isToday ? t('strata.today') : isBeforeToday ? '' : format.format(date);
      return { at: ((n + 0.5) / days) * 100, text };
    });
  }
  const shares = zone.weight < 1 ? [0.3] : [0.08, 0.42, 0.76];
  return shares.map((share) => ({
    at: share * 100,
    text: format.format(zone.fromMs + share * (zone.toMs - zone.fromMs)),
  }));
}
