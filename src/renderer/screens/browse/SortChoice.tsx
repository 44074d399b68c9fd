import type { BrowseFilter } from '../../../shared/contract/procedures/index.ts';
import { Select } from '../../components/Fields.tsx';
import { t } from '../../text/index.ts';

export type Sort = NonNullable<BrowseFilter['sort']>;

/** In which order a list stands. The first choice is the one it opens with. */
export function SortChoice({
  choices,
  value,
  onChange,
}: {
  readonly choices: readonly Sort[];
  readonly value: Sort;
  readonly onChange: (value: Sort) => void;
}) {
  return (
    <Select
      label={t('browse.sort')}
      isHidden
      value={value}
      choices={choices.map((id) => ({ id, label: t(`browse.sortBy.${id}`) }))}
      onChange={onChange}
    />
  );
}
