import { cocoaNanoseconds, DAY } from '../../calendar-time.ts';
import type { Plan, SizePool } from '../../plan.ts';
import type { ScratchDatabase } from '../../storage/scratch-database.ts';
import type { World } from '../../world.ts';
import { choose, type Kind, type TruthSection } from '../kind.ts';
import { Attachments } from './attachments.ts';
import { Conversations } from './conversations.ts';
import type { Conversation, Message, MessagePlan, Shape } from './message.ts';
import { type MessagePlanOptions, planMessage } from './message-plan.ts';
import { deleteMessage, insertMessage, updateEditedMessage } from './message-rows.ts';
import { messageSchema } from './schema.ts';
import { targetOf, textOf } from './texts.ts';

/** The last few messages are not folded into the main file yet: they stand in sms.db-wal. */
const MESSAGES_IN_LOG = 5;

/** Messages: sms.db (with a log beside it) and the attachments in MediaDomain. */
export class MessageStore implements Kind {
  readonly #world: World;
  readonly #planned: number;
  readonly #options: MessagePlanOptions;
  readonly #conversationCount: number;
  readonly #database: ScratchDatabase;
  readonly #attachments: Attachments;
  readonly #conversations: Conversations;
  #messages: Message[] = [];
  #nextIndex = 0;

  constructor(world: World, plan: Plan, pool: SizePool) {
    this.#world = world;
    this.#planned = plan.messages;
    this.#conversationCount = plan.conversations;
    this.#options = {
      messages: plan.messages,
      attachmentPercent: plan.attachmentFiles === 0 ? 0 : Math.min(60, (plan.attachmentFiles * 125) / plan.messages),
    };
    for (let index = 0; index < this.#planned; index++) {
      for (const { weight, missing } of planMessage(world, index, this.#options).attachments) {
        if (!missing) pool.reserve(weight);
      }
    }
    this.#database = world.database({
      domain: 'HomeDomain',
      relativePath: 'Library/SMS/sms.db',
      schema: messageSchema,
      log: 'recent',
    });
    this.#attachments = new Attachments(world, pool);
    this.#conversations = new Conversations(world);
  }

  build(): void {
    const database = this.#database.change();
    database.insert('_SqliteDatabaseProperties', { key: '_ClientVersion', value: '18026' });
    database.insert('kvtable', { key: 'lastFailedMessageDate', value: Buffer.from('0') });
    for (let count = 0; count < this.#conversationCount; count++) this.#conversations.make(database);
    const span = 2 * 365 * DAY;
    for (let index = 0; index < this.#planned; index++) {
      if (index === this.#planned - MESSAGES_IN_LOG) this.#database.checkpoint();
      const random = this.#world.stream(`message/${index}/date`);
      const step = Math.max(1, Math.floor(span / this.#planned));
      const date = this.#world.clock.now - span - DAY + index * step + random.below(step) + random.below(1000) / 1000;
      this.#make(planMessage(this.#world, index, this.#options), date, this.#conversationFor(index));
    }
    this.#nextIndex = this.#planned;
  }

  countMessages(): number {
    return this.#messages.length;
  }

  addMessages(count: number): number {
    for (let made = 0; made < count; made++) {
      const index = this.#nextIndex++;
      const random = this.#world.stream(`message/${index}/added`);
      if (this.#conversations.list.length === 0) this.#conversations.make(this.#database.change());
      const shape: Shape = random.chance(20) ? 'reply' : 'text';
      const plan = { index, shape, attachments: [] };
      this.#make(plan, this.#world.clock.now - 3000 + made, random.pick(this.#conversations.list));
    }
    return count;
  }

  removeMessages(count: number, below: (limit: number) => number): number {
    const chosen = new Set(choose(this.#messages, count, below));
    this.#drop(chosen);
    return chosen.size;
  }

  /** Changes texts of the owner's own messages, as "Edit" does. */
  editMessages(count: number, below: (limit: number) => number): number {
    const editable = this.#messages.filter(({ text, shape, tapbackType }) => {
      return text !== null && tapbackType === 0 && (shape === 'text' || shape === 'reply' || shape === 'edited');
    });
    const chosen = choose(editable, count, below);
    for (const message of chosen) {
      const random = this.#world.stream(`message/${message.guid}/edit/${message.versions.length}`);
      const earlier = { text: message.text ?? '', date: message.dateEdited ?? message.date };
      message.versions.push(earlier);
      message.text = `${random.pick(this.#world.language.messages)} (${random.hex(4)})`;
      message.dateEdited = this.#world.clock.now;
      updateEditedMessage(this.#database.change(), message);
    }
    return chosen.length;
  }

  addConversations(count: number): number {
    for (let made = 0; made < count; made++) {
      const conversation = this.#conversations.make(this.#database.change());
      for (let lines = 0; lines < 3; lines++) {
        const plan: MessagePlan = { index: this.#nextIndex++, shape: 'text', attachments: [] };
        this.#make(plan, this.#world.clock.now - 900 + made * 5 + lines, conversation);
      }
    }
    return count;
  }

  removeConversations(count: number, below: (limit: number) => number): number {
    const gone = new Set(choose(this.#conversations.list, count, below));
    this.#drop(new Set(this.#messages.filter(({ conversations }) => conversations.some((one) => gone.has(one)))));
    this.#conversations.remove(this.#database.change(), gone);
    return gone.size;
  }

  /** Renames groups, and writes into the others. */
  editConversations(count: number, below: (limit: number) => number): number {
    const chosen = choose(this.#conversations.list, count, below);
    for (const conversation of chosen) {
      const index = this.#nextIndex++;
      const random = this.#world.stream(`message/${index}/rename`);
      if (conversation.group) {
        const name = `${random.pick(this.#world.language.groups)} ${random.between(2, 99)}`;
        this.#conversations.rename(this.#database.change(), conversation, name);
      }
      const shape: Shape = conversation.group ? 'rename' : 'text';
      this.#make({ index, shape, attachments: [] }, this.#world.clock.now - 60, conversation);
    }
    return chosen.length;
  }

  truth(): readonly TruthSection[] {
    return [
      { name: 'messages', rows: () => this.#messageTruth() },
      { name: 'conversations', rows: () => this.#conversationTruth() },
      { name: 'attachments', rows: () => this.#attachmentTruth() },
    ];
  }

  /** The first two hold the gallery; later ones are drawn, low numbers more often. */
  #conversationFor(index: number): Conversation {
    const { list } = this.#conversations;
    const random = this.#world.stream(`message/${index}/conversation`);
    const drawn =
      index < 30 ? index % Math.min(2, list.length) : Math.min(random.below(list.length), random.below(list.length));
    return list[index === 12 || index === 11 || index === 15 ? 0 : drawn] as Conversation;
  }

  #make(plan: MessagePlan, date: number, conversation: Conversation): void {
    const world = this.#world;
    const random = world.stream(`message/${plan.index}`);
    const database = this.#database.change();
    const pk = world.next('message-pk');
    const sender = random.pick(conversation.people);
    const fromMe =
      plan.shape === 'edited' || plan.shape === 'unsent' ? true : plan.shape === 'spam' ? false : random.chance(45);
    const target = targetOf(plan.shape, conversation, this.#messages);
    const made = textOf(plan.shape, random, fromMe ? world.language : sender.language, target, date);
    const attachments = plan.attachments.map((attachment, part) =>
      this.#attachments.make(database, attachment, {
        id: `message/${plan.index}/attachment/${part}`,
        date,
        fromMe,
        sender,
      }),
    );
    const style = random.below(10);
    const other = this.#conversations.list.find((one) => one !== conversation);
    const message: Message = {
      pk,
      guid: random.uuid(),
      shape: plan.shape,
      conversations:
        plan.shape === 'orphan'
          ? []
          : plan.shape === 'twoChats' && other !== undefined
            ? [conversation, other]
            : [conversation],
      fromMe,
      sender: fromMe ? null : sender,
      service: conversation.service,
      date,
      ...made,
      textColumn: conversation.service !== 'iMessage' || style < 4,
      bodyColumn: style >= 2,
      target,
      attachments,
      groupTitle: plan.shape === 'rename' ? conversation.displayName : null,
    };
    this.#messages.push(message);
    insertMessage(world, database, message);
  }

  #drop(gone: ReadonlySet<Message>): void {
    const database = this.#database.change();
    for (const message of gone) {
      deleteMessage(database, message);
      for (const { file } of message.attachments) if (file !== null) this.#attachments.remove(file);
    }
    this.#messages = this.#messages.filter((message) => !gone.has(message));
  }

  *#messageTruth(): Generator<Readonly<Record<string, unknown>>> {
    for (const message of this.#messages) {
      yield {
        guid: message.guid,
        text: message.text,
        shape: message.shape,
        conversations: message.conversations.map(({ guid }) => guid),
        fromMe: message.fromMe,
        sender: message.sender?.phone ?? null,
        service: message.service,
        date: message.date,
        dateNanoseconds: cocoaNanoseconds(message.date).toString(),
        ordinary: message.tapbackType < 1000 && message.shape !== 'participant' && message.shape !== 'rename',
        deleted: message.shape === 'deleted',
        unsent: message.shape === 'unsent',
        versions: message.versions.map(({ text }) => text),
        replyTo: message.shape === 'reply' ? (message.target?.guid ?? null) : null,
        tapback:
          message.tapbackType === 0 || message.target === null
            ? null
            : { type: message.tapbackType, emoji: message.tapbackEmoji, target: message.target.guid },
        groupTitle: message.groupTitle,
        attachments: message.attachments.map(({ guid }) => guid),
      };
    }
  }

  *#conversationTruth(): Generator<Readonly<Record<string, unknown>>> {
    const counts = new Map<Conversation, number>();
    for (const { conversations, shape } of this.#messages) {
      if (shape === 'deleted') continue;
      for (const one of conversations) counts.set(one, (counts.get(one) ?? 0) + 1);
    }
    for (const conversation of this.#conversations.list) {
      yield {
        guid: conversation.guid,
        identifier: conversation.identifier,
        displayName: conversation.displayName,
        group: conversation.group,
        service: conversation.service,
        participants: conversation.people.map(({ phone }) => phone),
        messages: counts.get(conversation) ?? 0,
      };
    }
  }

  *#attachmentTruth(): Generator<Readonly<Record<string, unknown>>> {
    for (const message of this.#messages) {
      for (const { guid, type, transferName, filename, bytes, file } of message.attachments) {
        const relativePath = file?.relativePath ?? null;
        yield { guid, message: message.guid, type, transferName, filename, bytes, domain: 'MediaDomain', relativePath };
      }
    }
  }
}
