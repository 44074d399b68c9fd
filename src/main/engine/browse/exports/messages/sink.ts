import type { ExportFolder } from '../export-folder.ts';
import type { Conversation, Entry } from './conversations/model.ts';
import type { Display } from './display.ts';
import type { SavedFiles } from './saved-files.ts';

/** Where the conversation comes from, for the foot of every page. */
export interface Origin {
  readonly deviceName: string | null;
  readonly madeAtMs: number | null;
}

export interface SinkPlace {
  readonly folder: ExportFolder;
  /** The conversation's folder. */
  readonly parts: readonly string[];
  readonly conversation: Conversation;
  readonly origin: Origin;
  readonly display: Display;
  readonly signal: AbortSignal | undefined;
}

/** One form of a conversation that is being written, entry by entry. */
export interface Sink extends AsyncDisposable {
  add(entry: Entry, saved: SavedFiles): Promise<void>;
  end(): Promise<void>;
}

export function originLine({ deviceName, madeAtMs }: Origin, display: Display): string {
  const phone = deviceName === null ? 'an iPhone' : `“${deviceName}”`;
  const date = madeAtMs === null ? '' : ` of ${display.moment(madeAtMs)}`;
  return `From the backup of ${phone}${date}. Times are those of ${display.timeZone}.`;
}

/** "iMessage · Anna (+15550100), Bo". */
export function peopleLine(conversation: Conversation): string {
  const people = conversation.people.map(({ id, name }) => (name === null || name === id ? id : `${name} (${id})`));
  return [conversation.service ?? conversation.app, people.join(', ')].filter((part) => part !== '').join(' · ');
}
