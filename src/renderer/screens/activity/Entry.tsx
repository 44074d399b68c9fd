import { ChevronRight } from 'lucide-react';
import { Button as AriaButton, Disclosure, DisclosurePanel } from 'react-aria-components';
import type { ActivityEntry } from '../../../shared/contract/procedures/index.ts';
import { Button } from '../../components/Button.tsx';
import { Mark } from '../../components/Mark.tsx';
import { useToast } from '../../components/Toasts.tsx';
import { timeText, whenText } from '../../text/formats.ts';
import { t } from '../../text/index.ts';
import styles from './Activity.module.css';
import { didMark, didText } from './did-text.ts';

/** One thing that happened; its facts are shown on demand, and copied as they are. */
export function Entry({
  entry,
  phone,
  disk,
}: {
  readonly entry: ActivityEntry;
  readonly phone: string | null;
  readonly disk: string | null;
}) {
  const toast = useToast();
  const text = didText(entry);
  const about = [phone, disk].filter((one) => one !== null).join(', ');
  const facts: readonly (readonly [string, string])[] = [
    [t('activity.time'), whenText(entry.at)],
    [t('activity.code'), entry.what],
    ...(phone === null ? [] : [[t('activity.fact.phone'), phone] as const]),
    ...(disk === null ? [] : [[t('activity.fact.disk'), disk] as const]),
    ...Object.entries(entry.facts)
      .filter(([, value]) => value !== null)
      .map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : String(value)] as const),
  ];
  const copy = (): void => {
    const lines = [text, `at: ${entry.at}`, ...facts.slice(1).map(([name, value]) => `${name}: ${value}`)];
    void navigator.clipboard.writeText(lines.join('\n')).then(() => toast({ text: t('activity.copied') }));
  };
  return (
    <li>
      <Disclosure className={styles['entry'] ?? ''}>
        <AriaButton slot="trigger" className={styles['line'] ?? ''}>
          <time dateTime={entry.at}>{timeText(entry.at)}</time>
          <Mark kind={didMark(entry)} size={14} label={null} />
          <span className={styles['what']}>{text}</span>
          <span className={styles['about']}>{about}</span>
          <ChevronRight className={styles['chevron']} size={14} aria-hidden />
        </AriaButton>
        <DisclosurePanel className={styles['panel'] ?? ''}>
          <dl className="selectable">
            {facts.map(([name, value]) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
          <Button onPress={copy}>{t('activity.copy')}</Button>
        </DisclosurePanel>
      </Disclosure>
    </li>
  );
}
