import styles from './Bubble.module.css';

/** A text with the words that were searched for marked in it. */
export function Marked({ text, find }: { readonly text: string; readonly find: string }) {
  const words = find
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  if (words.length === 0) return text;
  const pattern = new RegExp(`(${words.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|')})`, 'giu');
  return text.split(pattern).map((piece, index) =>
    index % 2 === 1 ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: pieces stay where they are.
      <mark key={index} className={styles['mark']}>
        {piece}
      </mark>
    ) : (
      piece
    ),
  );
}
