import {
  Activity,
  ArrowDownUp,
  BadgeCheck,
  Boxes,
  BrushCleaning,
  ChevronsUpDown,
  HardDrive,
  History,
  House,
  LayoutGrid,
  Settings,
  ShieldQuestionMark,
} from 'lucide-react';
import type { ReactNode } from 'react';
import { Link } from 'react-aria-components';
import { isBackingUp, type JobView, type PhoneView } from '../../shared/contract/procedures/index.ts';
import { isLive, useJobs, useQuery } from '../api/engine.tsx';
import { Menu } from '../components/Menu.tsx';
import { PhoneArt } from '../components/PhoneArt.tsx';
import { whenInSentence } from '../text/formats.ts';
import { type TextKey, t } from '../text/index.ts';
import { type Route, useNavigation, writeRoute } from './navigation.tsx';
import styles from './Sidebar.module.css';
import { SidebarFooter } from './SidebarFooter.tsx';

/** The way through the window: what is about all phones, what is about one, and what is set up once. */
export function Sidebar({ toggle }: { readonly toggle: ReactNode }) {
  const { udid } = useNavigation();
  const known = useQuery('phones.list', {}, ['phones', 'backups']).data?.phones;
  const phones = known ?? [];
  const phone = phones.find((one) => one.udid === udid) ?? phones[0];
  return (
    <aside className={styles['sidebar']}>
      <div className={styles['lights']}>
        <strong>{t('nav.product')}</strong>
        {toggle}
      </div>
      <nav aria-label={t('nav.label')}>
        <Item route={{ screen: 'home' }} text="nav.home" icon={<House size={17} strokeWidth={1.6} />} />
        <Item
          route={phone === undefined ? { screen: 'cleanup' } : { screen: 'cleanup', udid: phone.udid }}
          text="nav.cleanup"
          icon={<BrushCleaning size={17} strokeWidth={1.6} />}
        />
        <Item route={{ screen: 'backups' }} text="nav.backups" icon={<Boxes size={17} strokeWidth={1.6} />} />
        <Switcher phones={phones} phone={phone} isKnown={known !== undefined} />
        {phone === undefined ? null : (
          <>
            <Item
              route={{ screen: 'history', udid: phone.udid }}
              text="nav.history"
              icon={<History size={17} strokeWidth={1.6} />}
              count={phone.backups}
            />
            <Item
              route={{ screen: 'browse', udid: phone.udid, kind: 'photos' }}
              text="nav.browse"
              icon={<LayoutGrid size={17} strokeWidth={1.6} />}
            />
            <Item
              route={{ screen: 'changes', udid: phone.udid }}
              text="nav.changes"
              icon={<ArrowDownUp size={17} strokeWidth={1.6} />}
            />
            <Item
              route={{ screen: 'verify', udid: phone.udid }}
              text="nav.verify"
              icon={<BadgeCheck size={17} strokeWidth={1.6} />}
            />
            <Item
              route={{ screen: 'risk', udid: phone.udid }}
              text="nav.risk"
              icon={<ShieldQuestionMark size={17} strokeWidth={1.6} />}
            />
          </>
        )}
        <h2>{t('nav.setup')}</h2>
        <Item
          route={{ screen: 'destinations' }}
          text="nav.destinations"
          icon={<HardDrive size={17} strokeWidth={1.6} />}
        />
        <Item route={{ screen: 'activity' }} text="nav.activity" icon={<Activity size={17} strokeWidth={1.6} />} />
        <Item route={{ screen: 'settings' }} text="nav.settings" icon={<Settings size={17} strokeWidth={1.6} />} />
      </nav>
      <SidebarFooter phones={phones} isKnown={known !== undefined} />
    </aside>
  );
}

function Item({
  route,
  text,
  icon,
  count,
}: {
  readonly route: Route;
  readonly text: TextKey;
  readonly icon: ReactNode;
  readonly count?: number;
}) {
  const { route: here } = useNavigation();
  const isHere =
    here.screen === route.screen ||
    (here.screen === 'contents' && route.screen === 'history') ||
    (here.screen === 'guide' && route.screen === 'cleanup') ||
    (here.screen === 'job' && route.screen === 'activity');
  return (
    <Link
      className={`${styles['item']} ${isHere ? styles['on'] : ''}`}
      href={`#${writeRoute(route)}`}
      {...(isHere ? { 'aria-current': 'page' } : {})}
    >
      {icon}
      <span>{t(text)}</span>
      {count === undefined || count === 0 ? null : <small>{count}</small>}
    </Link>
  );
}

function Switcher({
  phones,
  phone,
  isKnown,
}: {
  readonly phones: readonly PhoneView[];
  readonly phone: PhoneView | undefined;
  /** Before the engine has answered nothing is said about phones. */
  readonly isKnown: boolean;
}) {
  const { go, choosePhone, route } = useNavigation();
  const running = useJobs().find((one) => isBackingUp(one) && one.udid === phone?.udid && isLive(one));
  if (phone === undefined) {
    return (
      <div className={styles['switcher']}>
        <span className={styles['who']}>
          <strong>{isKnown ? t('nav.noPhone') : t('nav.checking')}</strong>
          <em>{isKnown ? t('nav.noPhoneMore') : ''}</em>
        </span>
      </div>
    );
  }
  const choose = (udid: string): void => {
    choosePhone(udid);
    if (route.screen === 'history' || route.screen === 'changes' || route.screen === 'verify') {
      go({ screen: route.screen, udid });
    } else if (route.screen === 'cleanup' || route.screen === 'risk') go({ screen: route.screen, udid });
    else if (route.screen === 'browse') go({ screen: 'browse', udid, kind: route.kind });
    else if (route.screen === 'contents') go({ screen: 'history', udid });
  };
  return (
    <Menu
      label={t('nav.phone', { name: phone.name })}
      title={t('nav.choosePhone')}
      hasWords
      className={styles['switcher']}
      entries={phones.map((one) => ({
        id: one.udid,
        label: one.name,
        detail: one.model ?? '',
        isChecked: one.udid === phone.udid,
        onAction: () => choose(one.udid),
      }))}
    >
      <PhoneArt udid={phone.udid} width={16} />
      <span className={styles['who']}>
        <strong>{phone.name}</strong>
        <em>{running === undefined ? statusOf(phone) : runningText(running)}</em>
      </span>
      <ChevronsUpDown size={15} aria-hidden />
    </Menu>
  );
}

function statusOf({ lastVerifiedAt, backups }: PhoneView): string {
  if (lastVerifiedAt !== null) return t('nav.verifiedAt', { when: whenInSentence(lastVerifiedAt) });
  return backups === 0 ? t('nav.noBackup') : t('nav.notVerified');
}

function runningText({ passcodeSince, percent, state }: JobView): string {
  if (passcodeSince !== null) return t('foot.passcode');
  if (state === 'waiting') return t('foot.waiting');
  return t('foot.running', { percent: percent === null ? 'none' : String(Math.round(percent)) });
}
