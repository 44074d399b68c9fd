import type { z } from 'zod';
import type { FaultRequest } from '../../faults.ts';
import { type Armed, armedFault, kindsOf, takeDue } from './armed.ts';
import {
  type ConversationFault,
  conversationFault,
  conversationPlace,
  type FileFault,
  fileFault,
  filePlace,
  type MessageFault,
  messageFault,
  messagePlace,
} from './kinds.ts';
import { expandShortForm } from './short-forms.ts';

/** A message that is about to go out. */
export interface MessageAt {
  /** The host's request that this conversation is about; "" before there is one. */
  readonly request: string;
  /** Counts from 1 after the host's request; 0 before it. */
  readonly number: number;
  /** As on the wire. */
  readonly name: string;
  /** How many with this name or label there have been in this conversation, this one included. */
  readonly nameIndex: number;
  readonly label: string | null;
  readonly labelIndex: number;
}

/** Before the message is sent, when it is (with the files behind it), or when the host's answer has been read. */
export type Moment = 'before' | 'sent' | 'answered';

/** A payload that is about to be uploaded. */
export interface FileAt {
  readonly request: string;
  readonly number: number;
  /** `domain-relativePath`. */
  readonly name: string;
  readonly sizeBytes: number;
}

/** A fault of a file with the place in it. */
export type DueFileFault = FileFault & { readonly bytes: number };

const messageKinds = kindsOf(messageFault);
const fileKinds = kindsOf(fileFault);
const conversationKinds = kindsOf(conversationFault);

/** The armed faults of one phone's backup service. They are looked for where they would happen, also when armed late. */
export class AgentFaults {
  #messages: Armed<MessageFault, z.infer<typeof messagePlace>>[] = [];
  #files: Armed<FileFault, z.infer<typeof filePlace>>[] = [];
  #conversations: Armed<ConversationFault, z.infer<typeof conversationPlace>>[] = [];

  /** See `PhoneService.armFault`: false for what is not ours, an Error for what is, but wrong. */
  arm(request: FaultRequest): boolean {
    const expanded = expandShortForm(request);
    if (expanded !== null) return expanded.every((full) => this.arm(full));
    const { kind, at } = request;
    if (at['message'] !== undefined) {
      if (!messageKinds.has(kind)) return false;
      this.#messages.push(armedFault(messageFault, messagePlace, request));
    } else if (at['file'] !== undefined) {
      if (!fileKinds.has(kind)) return false;
      this.#files.push(armedFault(fileFault, filePlace, request));
    } else {
      if (!conversationKinds.has(kind)) return false;
      this.#conversations.push(armedFault(conversationFault, conversationPlace, request));
    }
    return true;
  }

  clear(): void {
    this.#messages = [];
    this.#files = [];
    this.#conversations = [];
  }

  get count(): number {
    return this.#messages.length + this.#files.length + this.#conversations.length;
  }

  /** False means that nobody has to look at each file. */
  get hasFileFaults(): boolean {
    return this.#files.length > 0;
  }

  atMessage(at: MessageAt, moment: Moment): MessageFault[] {
    const due: MessageFault[] = [];
    for (const armed of [...this.#messages]) {
      const when = 'when' in armed.fault ? armed.fault.when : 'before';
      if (when !== moment) continue;
      due.push(...takeDue(this.#messages, (place) => place === armed.place && isMessage(place, at)));
    }
    return due;
  }

  atFile(at: FileAt): DueFileFault[] {
    const due: DueFileFault[] = [];
    for (const armed of [...this.#files]) {
      const [fault] = takeDue(this.#files, (place) => place === armed.place && isFile(place, at));
      if (fault !== undefined) due.push({ ...fault, bytes: armed.place.bytes });
    }
    return due.sort((left, right) => left.bytes - right.bytes);
  }

  /** The fault of this kind for a conversation, if there is one; each call is one occasion. */
  ofConversation<Kind extends ConversationFault['kind']>(
    kind: Kind,
    request: string,
  ): Extract<ConversationFault, { kind: Kind }> | null {
    const list = this.#conversations.filter(({ fault }) => fault.kind === kind);
    const [due] = takeDue(list, (place) => place.request === undefined || place.request === request);
    // `list` is a copy: what was used up leaves the real one too.
    this.#conversations = this.#conversations.filter(({ times }) => times > 0);
    return (due ?? null) as Extract<ConversationFault, { kind: Kind }> | null;
  }
}

function isMessage({ message, index, request }: z.infer<typeof messagePlace>, at: MessageAt): boolean {
  if (request !== undefined && request !== at.request) return false;
  if (typeof message === 'number') return message === at.number;
  if (message === at.label) return index === undefined || index === at.labelIndex;
  const isNamed = message === at.name || `DLMessage${message}` === at.name || `DL${message}` === at.name;
  return isNamed && (index === undefined || index === at.nameIndex);
}

function isFile(place: z.infer<typeof filePlace>, at: FileAt): boolean {
  if (place.request !== undefined && place.request !== at.request) return false;
  // A file that is too short for it has no such place.
  if (place.bytes > at.sizeBytes) return false;
  if (typeof place.file === 'number') return place.file === at.number;
  return place.file === '*' || at.name.includes(place.file);
}
