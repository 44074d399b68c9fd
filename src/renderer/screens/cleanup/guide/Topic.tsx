import type { ReactNode } from 'react';
import type { Guidance, SourceId } from '../../../../shared/rules/guidance/index.ts';
import { useQuery } from '../../../api/engine.tsx';
import { useNavigation } from '../../../app/navigation.tsx';
import { Button } from '../../../components/Button.tsx';
import { Tag } from '../../../components/Parts.tsx';
import { dateText } from '../../../text/formats.ts';
import { t } from '../../../text/index.ts';
import { LevelBars } from '../choose/LevelBars.tsx';
import { Compared } from './Compared.tsx';
import styles from './Guide.module.css';
import { RescueButton } from './RescueButton.tsx';
import type { TopicEntry } from './topics.ts';

interface Part {
  readonly lead: string | null;
  readonly body: ReactNode;
  /** Of all of it; what has sources of its own says them itself. */
  readonly source: ReactNode;
}

/** One thing to read: its lead, its steps or points, and where it comes from. */
export function Topic({ topic, guide }: { readonly topic: TopicEntry; readonly guide: Guidance }) {
  const { lead, body, source } = partOf(topic.id, guide);
  return (
    <>
      <h2 id="guide-topic" className={styles['title']}>
        {topic.title}
      </h2>
      {lead === null ? null : <p className={styles['lead']}>{lead}</p>}
      {body}
      {source}
    </>
  );
}

function partOf(id: string, guide: Guidance): Part {
  const question = guide.questions.find((one) => `q-${one.id}` === id);
  if (question !== undefined) {
    return {
      lead: question.answer,
      body: <Points texts={question.more} />,
      source: <From guide={guide} source={question.source} asOf={question.asOf} />,
    };
  }
  const short = guide.guides.find((one) => `g-${one.id}` === id);
  if (short !== undefined) {
    return {
      lead: short.lead,
      body: (
        <>
          <Numbered texts={short.steps} />
          <Begin options={short.options} />
        </>
      ),
      source: <From guide={guide} source={short.source} asOf={short.asOf} />,
    };
  }
  const plain = (lead: string | null, body: ReactNode): Part => ({ lead, body, source: null });
  switch (id) {
    case 'full-phone':
      return plain(
        guide.emergency.why,
        <>
          <Numbered texts={guide.emergency.steps} />
          <Rescue />
          <Begin options={[]} />
        </>,
      );
    case 'icloud-full':
      return plain(guide.icloudFull.first, <Numbered texts={guide.icloudFull.steps} />);
    case 'icloud-drive': {
      const { why, instead, note, local, icloud } = guide.options['icloud-drive-files'];
      const texts = [instead, local, icloud, note].filter((one) => one !== null);
      return plain(why, <Points texts={texts} />);
    }
    case 'mistakes':
      return plain(null, <Terms terms={guide.mistakes} />);
    case 'checklist':
      return plain(null, <Checklist guide={guide} />);
    case 'levels':
      return plain(null, <Levels guide={guide} />);
    case 'compared':
      return plain(t('guide.comparedLead'), <Compared guide={guide} />);
    case 'not-in':
      return plain(null, <NotIn guide={guide} />);
    case 'habits':
      return plain(null, <Terms terms={guide.habits} />);
    case 'facts':
      return plain(
        t('guide.factsLead'),
        <ul className={styles['facts']}>
          {guide.facts.map(({ id: about, text, source, asOf }) => (
            <li key={`${about} ${text}`}>
              <p>{text}</p>
              <small>{sourceWords(guide, source, asOf)}</small>
            </li>
          ))}
        </ul>,
      );
    default:
      return plain(null, <Ways guide={guide} />);
  }
}

/** One button for each phone that is here. */
function Rescue() {
  const { data } = useQuery('phones.list', {}, ['phones']);
  const here = data?.phones.filter(({ isConnected }) => isConnected) ?? [];
  if (here.length === 0) return null;
  return (
    <p className={styles['rescue']}>
      {here.map(({ udid, name }) => (
        <RescueButton key={udid} udid={udid} name={name} />
      ))}
    </p>
  );
}

function Numbered({ texts }: { readonly texts: readonly string[] }) {
  return (
    <ol className={styles['steps']}>
      {texts.map((text) => (
        <li key={text}>{text}</li>
      ))}
    </ol>
  );
}

function Points({ texts }: { readonly texts: readonly string[] }) {
  if (texts.length === 0) return null;
  return (
    <ul className={styles['points']}>
      {texts.map((text) => (
        <li key={text}>{text}</li>
      ))}
    </ul>
  );
}

function Terms({
  terms,
}: {
  readonly terms: ReadonlyArray<{ readonly id: string; readonly title: string; readonly text: string }>;
}) {
  return (
    <dl className={styles['terms']}>
      {terms.map(({ id, title, text }) => (
        <div key={id}>
          <dt>{title}</dt>
          <dd>{text}</dd>
        </div>
      ))}
    </dl>
  );
}

function Checklist({ guide }: { readonly guide: Guidance }) {
  return (
    <>
      <Numbered texts={guide.checklist} />
      <p className={styles['end']}>{guide.checklistEnd}</p>
    </>
  );
}

/** Three ways first, and what is only a part is called so. */
function Ways({ guide }: { readonly guide: Guidance }) {
  return (
    <>
      {guide.methods.map(({ id, title, summary, when, limits, isPartial }) => (
        <section key={id} className={styles['way']}>
          <h3>
            {title} {isPartial ? <Tag>{t('guide.partial')}</Tag> : null}
          </h3>
          <p>{summary}</p>
          <p className={styles['when']}>{when}</p>
          <ul className={styles['points']}>
            {limits.map(({ text, source, asOf }) => (
              <li key={text}>
                {text} <small>{sourceWords(guide, source, asOf)}</small>
              </li>
            ))}
          </ul>
        </section>
      ))}
      <section className={styles['way']}>
        <h3>{t('guide.photoPath')}</h3>
        <Numbered texts={guide.photoPath} />
      </section>
    </>
  );
}

function Levels({ guide }: { readonly guide: Guidance }) {
  return (
    <>
      {(['low', 'medium', 'high'] as const).map((level) => {
        const { title, verdict, examples } = guide.levels[level];
        return (
          <section key={level} className={styles['way']}>
            <h3>
              <LevelBars level={level} />
              {title}. {verdict}
            </h3>
            <Points texts={examples} />
          </section>
        );
      })}
    </>
  );
}

function NotIn({ guide }: { readonly guide: Guidance }) {
  const list = (title: string, texts: Guidance['notInLocalBackup']) => (
    <section className={styles['way']}>
      <h3>{title}</h3>
      <ul className={styles['points']}>
        {texts.map(({ text }) => (
          <li key={text}>{text}</li>
        ))}
      </ul>
      {texts[0] === undefined ? null : <From guide={guide} source={texts[0].source} asOf={texts[0].asOf} />}
    </section>
  );
  return (
    <>
      {list(t('guide.notInLocal'), guide.notInLocalBackup)}
      {list(t('guide.notInICloud'), guide.notInICloudBackup)}
    </>
  );
}

/** From reading to doing, with what it is about ticked. */
function Begin({ options }: { readonly options: Guidance['guides'][number]['options'] }) {
  const { go } = useNavigation();
  return (
    <p className={styles['begin']}>
      <Button
        onPress={() =>
          go({ screen: 'cleanup', step: 'choose', ...(options.length === 0 ? {} : { options: options.join(',') }) })
        }
      >
        {t('guide.begin')}
      </Button>
    </p>
  );
}

/** Apple's pages are named; an address is text to read, never a link. */
function From({ guide, source, asOf }: { readonly guide: Guidance; readonly source: SourceId; readonly asOf: string }) {
  return <p className={styles['source']}>{sourceWords(guide, source, asOf)}</p>;
}

function sourceWords(guide: Guidance, source: string, asOf: string): string {
  const known = Object.hasOwn(guide.sources, source) ? guide.sources[source as SourceId] : undefined;
  const title = known?.title ?? source;
  // As exact as it is known: a day is written as one, a year stays a year, and is not said twice.
  const date = /^\d{4}-\d{2}-\d{2}$/.test(asOf) ? dateText(asOf) : asOf;
  return title.includes(asOf) ? title : t('guide.source', { title, date });
}
