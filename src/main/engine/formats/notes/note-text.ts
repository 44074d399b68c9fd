import { ProtoMessage } from '../protobuf/index.ts';
import { unpack } from './unpack.ts';

/**
 * The body of a note (ZICNOTEDATA.ZDATA): a packed protobuf document. Fields as the reference gives them in 4.4: document
 * 2 → note 3 → text 2 and runs 5.
 */

export interface NoteRun {
  /** UTF-16 units. */
  readonly length: number;
  /** 0 title, 1 heading, 2 subheading, 4 monospaced, 100 dots, 101 dashes, 102 numbers, 103 checklist; null: plain. */
  readonly style: number | null;
  readonly indent: number;
  readonly isChecked: boolean;
  readonly isQuote: boolean;
  readonly isBold: boolean;
  readonly isItalic: boolean;
  readonly isUnderlined: boolean;
  readonly isStruck: boolean;
  readonly link: string | null;
  /** What stands in the place of U+FFFC. */
  readonly attachment: { readonly identifier: string; readonly uti: string | null } | null;
}

export interface NoteText {
  readonly text: string;
  readonly runs: readonly NoteRun[];
}

export interface NoteFault {
  readonly fault: string;
}

const MAX_INDENT = 20;

/** Expects the bytes as the database has them. A locked note's are encrypted: do not ask. */
export function readNoteText(packed: Uint8Array): NoteText | NoteFault {
  const bytes = unpack(packed);
  if (bytes === null) return { fault: 'it cannot be unpacked' };
  const note = ProtoMessage.read(bytes)?.message(2)?.message(3);
  const text = note?.text(2) ?? null;
  if (note === null || note === undefined || text === null) return { fault: 'it is no document of Notes' };
  const runs: NoteRun[] = [];
  for (const run of note.messages(5)) if (run !== null) runs.push(runOf(run));
  return { text, runs };
}

function runOf(run: ProtoMessage): NoteRun {
  const paragraph = run.message(2);
  const style = paragraph?.number(1) ?? null;
  const weight = run.number(5) ?? 0;
  const attachment = run.message(12);
  const identifier = attachment?.text(1) ?? null;
  return {
    length: Math.max(0, run.number(1) ?? 0),
    style: style === null || style < 0 ? null : style,
    indent: Math.min(MAX_INDENT, Math.max(0, paragraph?.number(4) ?? 0)),
    isChecked: paragraph?.message(5)?.number(2) === 1,
    isQuote: (paragraph?.number(8) ?? 0) > 0,
    isBold: weight === 1 || weight === 3,
    isItalic: weight === 2 || weight === 3,
    isUnderlined: run.number(6) === 1,
    isStruck: run.number(7) === 1,
    link: run.text(9) || null,
    attachment: identifier === null ? null : { identifier, uti: attachment?.text(2) ?? null },
  };
}
