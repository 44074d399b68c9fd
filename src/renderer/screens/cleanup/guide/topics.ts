import type { Guidance } from '../../../../shared/rules/guidance/index.ts';
import { t } from '../../../text/index.ts';

/** What there is to read, in the order in which somebody who is about to clean needs it. */
export interface TopicEntry {
  readonly id: string;
  readonly title: string;
}

export interface TopicGroup {
  readonly id: 'first' | 'questions' | 'guides' | 'know';
  readonly title: string;
  readonly topics: readonly TopicEntry[];
}

export function topicGroups({ questions, guides, emergency, icloudFull }: Guidance): readonly TopicGroup[] {
  return [
    {
      id: 'first',
      title: t('guide.group.first'),
      topics: [
        { id: 'ways', title: t('guide.ways') },
        { id: 'full-phone', title: emergency.title },
        { id: 'icloud-full', title: icloudFull.title },
        { id: 'icloud-drive', title: t('guide.icloudDrive') },
        { id: 'mistakes', title: t('guide.mistakes') },
        { id: 'checklist', title: t('guide.checklist') },
      ],
    },
    {
      id: 'questions',
      title: t('guide.group.questions'),
      topics: questions.map(({ id, question }) => ({ id: `q-${id}`, title: question })),
    },
    {
      id: 'guides',
      title: t('guide.group.guides'),
      topics: guides.map(({ id, title }) => ({ id: `g-${id}`, title })),
    },
    {
      id: 'know',
      title: t('guide.group.know'),
      topics: [
        { id: 'levels', title: t('guide.levels') },
        { id: 'compared', title: t('guide.compared') },
        { id: 'not-in', title: t('guide.notIn') },
        { id: 'habits', title: t('guide.habits') },
        { id: 'facts', title: t('guide.facts') },
      ],
    },
  ];
}

/** An address that nobody knows begins at the beginning. */
export function topicOf(groups: readonly TopicGroup[], page: string | null): TopicEntry {
  const all = groups.flatMap(({ topics }) => topics);
  const [first] = all;
  return all.find(({ id }) => id === page) ?? first ?? { id: 'ways', title: t('guide.ways') };
}
