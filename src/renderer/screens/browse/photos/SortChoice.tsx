import { Select } from '../../../components/Fields.tsx';
import { t } from '../../../text/index.ts';

export function SortChoice({
  value,
  onChange,
}: {
  readonly value: 'newest' | 'largest';
  readonly onChange: (value: 'newest' | 'largest') => void;
}) {
  return (
    <Select
      label={t('browse.sort')}
      isHidden
      value={value}
      choices={[
        { id: 'newest', label: t('browse.newestFirst') },
        { id: 'largest', label: t('browse.largestFirst') },
      ]}
      onChange={onChange}
    />
  );
}
