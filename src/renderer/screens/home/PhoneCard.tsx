import { Lock, LockOpen, Usb, Wifi } from 'lucide-react';
import type { ReactNode } from 'react';
import type { JobView, PhoneView, VaultView } from '../../../shared/contract/procedures/index.ts';
import { Button } from '../../components/Button.tsx';
import { Mark } from '../../components/Mark.tsx';
import { Menu } from '../../components/Menu.tsx';
import { Card, Fence, Sentence, Tag } from '../../components/Parts.tsx';
import { PhoneArt } from '../../components/PhoneArt.tsx';
import { bytesText, numberText, whenText } from '../../text/formats.ts';
import { healthSentence } from '../../text/health.ts';
import { t } from '../../text/index.ts';
import { LatestBackups } from './LatestBackups.tsx';
import styles from './PhoneCard.module.css';
import { usePhoneActions } from './use-phone-actions.tsx';

const DAY_MS = 86_400_000;

export interface PhoneCardProps {
  readonly phone: PhoneView;
  /** Its running or waiting backup. */
  readonly job: JobView | null;
  readonly vaults: readonly VaultView[];
  readonly limitDays: number;
  /** The only phone: its newest backups are shown too. */
  readonly isAlone: boolean;
  /** The list is older than this window's last question. */
  readonly isChecking: boolean;
}

export function PhoneCard({ phone, job, vaults, limitDays, isAlone, isChecking }: PhoneCardProps) {
  const actions = usePhoneActions(phone, job);
  const { mark, text } = healthSentence(phone, job);
  return (
    <Card className={styles['holder']}>
      <article className={styles['card']} aria-label={phone.name}>
        <PhoneArt udid={phone.udid} width={50} />
        <div className={styles['words']}>
          <h2>
            <span className={styles['name']}>{phone.name}</span>
            {phone.isDemo ? <Tag>{t('home.demo')}</Tag> : null}
            <span className={styles['model']}>{modelOf(phone)}</span>
          </h2>
          <div className={styles['say']}>
            <Sentence mark={mark}>{text}</Sentence>
          </div>
          <PhoneFacts phone={phone} vaults={vaults} limitDays={limitDays} isChecking={isChecking} />
        </div>
        <div className={styles['side']}>
          <div className={styles['buttons']}>
            <Button look={actions.isUrgent ? 'filled' : 'plain'} onPress={actions.press}>
              {actions.label}
            </Button>
            <Menu label={t('home.more', { name: phone.name })} entries={actions.menu} />
          </div>
          <Fence days={phone.fence} />
        </div>
      </article>
      {isAlone && phone.backups > 0 ? <LatestBackups phone={phone} vaults={vaults} /> : null}
      {actions.sheets}
    </Card>
  );
}

/** With many phones: one line each. */
export function PhoneRow({ phone, job }: { readonly phone: PhoneView; readonly job: JobView | null }) {
  const actions = usePhoneActions(phone, job);
  const { mark, text } = healthSentence(phone, job);
  return (
    <li className={styles['row']}>
      <PhoneArt udid={phone.udid} width={20} />
      <span className={styles['rowWords']}>
        <strong>{phone.name}</strong>
        <span>
          <Mark kind={mark} size={14} />
          {text}
        </span>
      </span>
      <Button look={actions.isUrgent ? 'filled' : 'plain'} onPress={actions.press}>
        {actions.label}
      </Button>
      <Menu label={t('home.more', { name: phone.name })} entries={actions.menu} />
      {actions.sheets}
    </li>
  );
}

function modelOf({ name, model, capacityBytes, ios }: PhoneView): string {
  const parts = [
    model === null || model === name ? null : model,
    capacityBytes === null ? null : bytesText(capacityBytes),
    ios === null ? null : t('home.ios', { version: ios }),
  ];
  return parts.filter((one) => one !== null).join(', ');
}

function PhoneFacts({
  phone,
  vaults,
  limitDays,
  isChecking,
}: Pick<PhoneCardProps, 'phone' | 'vaults' | 'limitDays' | 'isChecking'>) {
  const age = phone.lastVerifiedAt === null ? null : Date.now() - new Date(phone.lastVerifiedAt).getTime();
  const isOld = age === null ? phone.backups > 0 : age > limitDays * DAY_MS;
  const next = nextText(phone, vaults);
  const power = phone.batteryPercent;
  return (
    <dl className={styles['facts']}>
      <Fact name={t('home.lastVerified')}>
        <span className={isOld ? styles['old'] : undefined}>
          {phone.lastVerifiedAt === null || age === null
            ? t('home.never')
            : age > 6 * DAY_MS
              ? t('home.daysAgo', { days: Math.floor(age / DAY_MS) })
              : whenText(phone.lastVerifiedAt)}
        </span>
      </Fact>
      {next === null ? (
        <Fact name={t('home.backups')}>{numberText(phone.backups)}</Fact>
      ) : (
        <Fact name={t('home.next')}>{next}</Fact>
      )}
      <Fact name={t('home.connection')}>
        {isChecking ? (
          <span className="t3">{t('home.checking')}</span>
        ) : phone.connections.includes('usb') ? (
          <>
            <Usb size={15} strokeWidth={1.6} aria-hidden />
            {t('home.usb')}
          </>
        ) : phone.connections.includes('wifi') ? (
          <>
            <Wifi size={15} strokeWidth={1.6} aria-hidden />
            {t('home.wifi')}
          </>
        ) : (
          <span className="t3">{t('home.notSeen')}</span>
        )}
      </Fact>
      <Fact name={t('home.battery')}>
        {power === null ? (
          <span className="t3">{t('home.unknown')}</span>
        ) : (
          t(phone.isCharging === true ? 'home.percentCharging' : 'home.percent', { percent: power })
        )}
      </Fact>
      <Fact name={t('home.encryption')}>
        {phone.encrypted === null ? (
          <span className="t3">{t('home.unknown')}</span>
        ) : phone.encrypted ? (
          <>
            <Lock size={14} strokeWidth={1.6} aria-hidden />
            {t('home.on')}
          </>
        ) : (
          <span className={styles['old']}>
            <LockOpen size={14} strokeWidth={1.6} aria-hidden />
            {t('home.off')}
          </span>
        )}
      </Fact>
    </dl>
  );
}

/** Null: nothing runs by itself yet. */
function nextText({ next }: PhoneView, vaults: readonly VaultView[]): string | null {
  switch (next.reason) {
    case 'off':
      return null;
    case 'cable':
      return t('home.nextCable');
    case 'disk-missing':
      return t('home.nextDisk', { disk: vaults.find((one) => one.isMain)?.name ?? t('health.disk') });
    case 'window':
      return next.at === null ? null : whenText(next.at);
  }
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
