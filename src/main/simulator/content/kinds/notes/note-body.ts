import { proto } from '../../encodings/protobuf.ts';
import { gzip } from '../../media/deflate.ts';

/** Paragraph styles of Notes: backup-format 4.4. */
export const STYLE = {
  title: 0,
  heading: 1,
  monospaced: 4,
  bullet: 100,
  dash: 101,
  numbered: 102,
  checklist: 103,
} as const;

export interface NoteRun {
  readonly text: string;
  readonly style?: number;
  readonly indent?: number;
  readonly checked?: boolean;
  /** 1 bold, 2 italic, 3 both. */
  readonly weight?: number;
  readonly underlined?: boolean;
  readonly struck?: boolean;
  readonly link?: string;
  /** The run is one U+FFFC. */
  readonly attachment?: { readonly identifier: string; readonly uti: string };
}

/** ZDATA of a note: gzip of the document; lengths of runs count UTF-16 units. `uuid` makes 16 bytes for a purpose. */
export function noteBody(runs: readonly NoteRun[], uuid: (purpose: string) => Buffer): Buffer {
  return gzip(documentOf(runs, uuid));
}

export function noteText(runs: readonly NoteRun[]): string {
  return runs.map(({ text }) => text).join('');
}

/** A text with its editing history (one insertion) and its attribute runs. */
export function noteString(runs: readonly NoteRun[], uuid: (purpose: string) => Buffer): Buffer {
  const text = noteText(runs);
  const clock = (replica: number, at: number): Buffer => proto([1, replica], [2, at]);
  const end = clock(0, 0xffff_ffff);
  return proto(
    [2, text],
    [3, proto([1, clock(0, 0)], [2, 0], [3, clock(0, 0)], [5, 1])],
    [3, proto([1, clock(1, 0)], [2, text.length], [3, clock(1, 0)], [5, 2])],
    [3, proto([1, end], [2, 0], [3, end])],
    [4, proto([1, proto([1, uuid('replica')], [2, proto([1, text.length])], [2, proto([1, 1])])])],
    ...runs.map((run, index) => [5, attributeRun(run, () => uuid(`check/${index}`))] as const),
  );
}

function documentOf(runs: readonly NoteRun[], uuid: (purpose: string) => Buffer): Buffer {
  return proto([1, 0], [2, proto([1, 0], [2, 0], [3, noteString(runs, uuid)])]);
}

function attributeRun(run: NoteRun, uuid: () => Buffer): Buffer {
  const fields: [number, number | string | Buffer][] = [[1, run.text.length]];
  if (run.style !== undefined) {
    const style: [number, number | string | Buffer][] = [[1, run.style]];
    if (run.indent !== undefined) style.push([4, run.indent]);
    if (run.style === STYLE.checklist) style.push([5, proto([1, uuid()], [2, run.checked ? 1 : 0])]);
    fields.push([2, proto(...style)]);
  }
  if (run.weight !== undefined) fields.push([5, run.weight]);
  if (run.underlined) fields.push([6, 1]);
  if (run.struck) fields.push([7, 1]);
  if (run.link !== undefined) fields.push([9, run.link]);
  if (run.attachment !== undefined) fields.push([12, proto([1, run.attachment.identifier], [2, run.attachment.uti])]);
  return proto(...fields);
}
