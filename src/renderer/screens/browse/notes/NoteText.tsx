import { Fragment } from 'react';
import type { NoteBlock } from '../../../../shared/contract/procedures/index.ts';
import { t } from '../../../text/index.ts';
import { Attachment } from '../messages/Attachment.tsx';
import styles from './NoteText.module.css';

/** A note block by block. Nothing of it is HTML, and its links are words. */
export function NoteText({ blocks }: { readonly blocks: readonly NoteBlock[] }) {
  let number = 0;
  return (
    <div className={`${styles['note']} selectable`}>
      {blocks.map((block, index) => {
        number = block.type === 'number' ? number + 1 : 0;
        return (
          <div
            // biome-ignore lint/suspicious/noArrayIndexKey: blocks stay where they are.
            key={index}
            className={`${styles['block']} ${styles[block.type] ?? ''} ${block.isDone === true ? styles['done'] : ''}`}
            style={{ marginInlineStart: block.indent * 20 }}
          >
            <Sign block={block} number={number} />
            <Content block={block} />
          </div>
        );
      })}
    </div>
  );
}

function Sign({ block, number }: { readonly block: NoteBlock; readonly number: number }) {
  switch (block.type) {
    case 'dash':
      return <i>–</i>;
    case 'bullet':
      return <i>•</i>;
    case 'number':
      return <i>{number}.</i>;
    case 'check':
      return (
        <i role="img" aria-label={t(block.isDone === true ? 'browse.done' : 'browse.notDone')}>
          {block.isDone === true ? '☑' : '☐'}
        </i>
      );
    default:
      return null;
  }
}

function Content({ block }: { readonly block: NoteBlock }) {
  if (block.table !== null) {
    return (
      <table>
        <tbody>
          {block.table.map((row, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows stay where they are.
            <tr key={index}>
              {row.map((cell, column) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: cells stay where they are.
                <td key={column}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    );
  }
  if (block.file !== null) return <Attachment file={block.file} onSave={null} />;
  const words = block.runs.map((run, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: runs stay where they are.
    <Fragment key={index}>
      <span
        className={[
          run.isBold ? styles['bold'] : '',
          run.isItalic ? styles['italic'] : '',
          run.isUnderlined ? styles['underlined'] : '',
          run.isStruckThrough ? styles['struck'] : '',
        ].join(' ')}
      >
        {run.text}
      </span>
      {run.link === null || run.link === run.text ? null : <small> ({run.link})</small>}
    </Fragment>
  ));
  if (block.type === 'title') return <h2>{words}</h2>;
  if (block.type === 'heading') return <h3>{words}</h3>;
  if (block.type === 'subheading') return <h4>{words}</h4>;
  return <p>{words}</p>;
}
