import { ChevronLeft } from 'lucide-react';
import { Link } from 'react-aria-components';
import { useNavigation, writeRoute } from '../../../app/navigation.tsx';
import { Button, IconButton } from '../../../components/Button.tsx';
import { Page } from '../../../components/Page.tsx';
import { dateText } from '../../../text/formats.ts';
import { t } from '../../../text/index.ts';
import { advice } from '../words.ts';
import styles from './Guide.module.css';
import { Topic } from './Topic.tsx';
import { topicGroups, topicOf } from './topics.ts';

/** The advice, one screen for each question; what is on the left leads through it. */
export function Guide({ page }: { readonly page: string | null }) {
  const { go } = useNavigation();
  const guide = advice();
  const groups = topicGroups(guide);
  const topic = topicOf(groups, page);
  return (
    <Page
      title={t('guide.title')}
      subtitle={t('guide.reviewed', { date: dateText(guide.reviewedOn) })}
      before={
        <IconButton look="quiet" label={t('common.back')} onPress={() => history.back()}>
          <ChevronLeft size={17} strokeWidth={1.8} aria-hidden />
        </IconButton>
      }
      tools={<Button onPress={() => go({ screen: 'cleanup' })}>{t('guide.toCleanup')}</Button>}
    >
      <div className={styles['grid']}>
        <nav className={styles['list']} aria-label={t('guide.topics')}>
          {groups.map((group) => (
            <section key={group.id}>
              <h2>{group.title}</h2>
              {group.topics.map((one) => (
                <Link
                  key={one.id}
                  href={`#${writeRoute({ screen: 'guide', page: one.id })}`}
                  className={`${styles['item']} ${one.id === topic.id ? styles['on'] : ''}`}
                  {...(one.id === topic.id ? { 'aria-current': 'page' as const } : {})}
                >
                  {one.title}
                </Link>
              ))}
            </section>
          ))}
        </nav>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard. */}
        <article className={styles['topic']} tabIndex={0} aria-labelledby="guide-topic">
          <Topic topic={topic} guide={guide} />
        </article>
      </div>
    </Page>
  );
}
