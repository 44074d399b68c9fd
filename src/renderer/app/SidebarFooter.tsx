import { Link } from 'react-aria-components';
import type { PhoneView } from '../../shared/contract/procedures/index.ts';
import { isBackingUp } from '../../shared/contract/procedures/index.ts';
import { useJobs, useQuery } from '../api/engine.tsx';
import { Mark } from '../components/Mark.tsx';
import { useLeft } from '../screens/job/use-left.ts';
import { footerFact } from './footer-fact.ts';
import { useNavigation, writeRoute } from './navigation.tsx';
import styles from './SidebarFooter.module.css';

/** The one most important live fact; it leads to the screen that it is about. */
export function SidebarFooter({
  phones,
  isKnown,
}: {
  readonly phones: readonly PhoneView[];
  readonly isKnown: boolean;
}) {
  const jobs = useJobs();
  const vaults = useQuery('vaults.list', {}, ['vaults']).data?.vaults ?? [];
  const limitDays = useQuery('settings.get', {}, ['settings']).data?.limitDays ?? 3;
  const running = jobs.find((one) => isBackingUp(one) && one.state === 'running') ?? null;
  const left = useLeft(running);
  const { udid } = useNavigation();
  const fact = footerFact({ phones, isKnown, vaults, jobs, udid, limitDays, left });
  return (
    <Link className={styles['footer'] ?? ''} href={`#${writeRoute(fact.route)}`}>
      {fact.percent === null ? <Mark kind={fact.mark} size={17} label={null} /> : <Ring percent={fact.percent} />}
      <span>
        <strong>{fact.first}</strong>
        <em>{fact.second}</em>
      </span>
    </Link>
  );
}

function Ring({ percent }: { readonly percent: number }) {
  return (
    <svg className={styles['ring']} viewBox="0 0 18 18" width={18} height={18} aria-hidden>
      <circle cx="9" cy="9" r="7.4" pathLength={100} />
      <circle cx="9" cy="9" r="7.4" pathLength={100} strokeDasharray={`${percent} 100`} />
    </svg>
  );
}
