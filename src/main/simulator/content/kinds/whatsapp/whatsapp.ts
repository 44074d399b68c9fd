import { cocoa } from '../../calendar-time.ts';
import { contactCard } from '../../media/document.ts';
import { mediaSource } from '../../media/media-source.ts';
import { SMALLEST_PICTURE } from '../../media/shapes.ts';
import { type Person, person } from '../../people.ts';
import type { Plan, SizePool } from '../../plan.ts';
import { describeStore, updatePrimaryKeys } from '../../storage/core-data.ts';
import type { OpenDatabase, Row } from '../../storage/scratch-database.ts';
import type { StoredFile } from '../../storage/tree.ts';
import type { World } from '../../world.ts';
import type { Kind, TruthSection } from '../kind.ts';
import { gallery, mediaFacts, mediaTypes, TYPE, type TypeName } from './message-types.ts';
import { chatEntities, chatSchema } from './schema.ts';
import { DOMAIN, insertCalls, insertContacts, jidOf } from './side-stores.ts';

interface Session {
  readonly pk: number;
  readonly jid: string;
  readonly name: string;
  readonly type: number;
  readonly people: readonly Person[];
  messages: number;
}

interface ChatMessage {
  readonly stanza: string;
  readonly session: Session;
  readonly text: string | null;
  readonly type: TypeName;
  readonly fromMe: boolean;
  readonly date: number;
  readonly starred: boolean;
  readonly file: StoredFile | null;
}

/** WhatsApp: chats, contacts, calls, and media with a thumbnail each. */
export class WhatsApp implements Kind {
  readonly #world: World;
  readonly #plan: Plan;
  readonly #pool: SizePool;
  readonly #sessions: Session[] = [];
  readonly #messages: ChatMessage[] = [];

  constructor(world: World, plan: Plan, pool: SizePool) {
    this.#world = world;
    this.#plan = plan;
    this.#pool = pool;
    for (let index = 0; index < plan.whatsappMessages; index++)
      pool.reserve(mediaFacts[this.#typeOf(index)]?.weight ?? 0);
  }

  build(): void {
    const database = this.#world
      .database({ domain: DOMAIN, relativePath: 'ChatStorage.sqlite', schema: chatSchema })
      .change();
    describeStore(database, this.#world.stream('whatsapp/store'), chatEntities);
    const sessions = Math.max(3, Math.min(60, Math.floor(this.#plan.whatsappMessages / 25)));
    for (let index = 0; index < sessions; index++) this.#insertSession(database, index);
    for (let index = 0; index < this.#plan.whatsappMessages; index++) this.#insertMessage(database, index);
    for (const session of this.#sessions) {
      database.run(
        `UPDATE ZWACHATSESSION SET ZMESSAGECOUNTER = ?, ZLASTMESSAGE = (SELECT MAX(Z_PK) FROM ZWAMESSAGE WHERE ZCHATSESSION = ?),
          ZLASTMESSAGEDATE = (SELECT MAX(ZMESSAGEDATE) FROM ZWAMESSAGE WHERE ZCHATSESSION = ?) WHERE Z_PK = ?`,
        session.messages,
        session.pk,
        session.pk,
        session.pk,
      );
    }
    updatePrimaryKeys(database, chatEntities);
    insertContacts(this.#world, this.#plan.contacts);
    insertCalls(this.#world);
  }

  truth(): readonly TruthSection[] {
    return [
      {
        name: 'whatsappChats',
        rows: () =>
          this.#kept(this.#sessions).map(({ jid, name, type, messages }) => ({
            jid,
            name,
            group: type === 1,
            messages,
          })),
      },
      {
        name: 'whatsappMessages',
        rows: () =>
          this.#kept(this.#messages).map(({ session, file, ...message }) => ({
            ...message,
            chat: session.jid,
            domain: file === null ? null : DOMAIN,
            relativePath: file?.relativePath ?? null,
          })),
      },
    ];
  }

  /** Deleting the app deletes its data: then there is nothing to tell. */
  #kept<T>(list: readonly T[]): readonly T[] {
    return this.#world.tree.find(DOMAIN, 'ChatStorage.sqlite') === null ? [] : list;
  }

  #typeOf(index: number): TypeName {
    const shown = gallery[index];
    if (shown !== undefined) return shown;
    const random = this.#world.stream(`whatsapp/${index}/type`);
    const share = Math.min(60, (this.#plan.whatsappMedia * 100) / Math.max(1, this.#plan.whatsappMessages));
    if (random.chance(share)) return random.pick(mediaTypes);
    return random.chance(90) ? 'text' : random.pick(['link', 'system', 'deleted', 'location', 'sticker'] as const);
  }

  #insertSession(database: OpenDatabase, index: number): void {
    const random = this.#world.stream(`whatsapp/session/${index}`);
    const group = index % 5 === 1;
    const people = group ? [1, 2, 3].map((step) => person(this.#world, index + step)) : [person(this.#world, index)];
    const jid = group ? `${random.digits(18)}@g.us` : index === 2 ? 'status@broadcast' : jidOf(people[0] as Person);
    const groups = this.#world.language.groups;
    const session: Session = {
      pk: index + 1,
      jid,
      name: group ? (groups[index % groups.length] ?? 'Group') : (people[0]?.fullName ?? ''),
      type: group ? 1 : index === 2 ? 3 : 0,
      people,
      messages: 0,
    };
    this.#sessions.push(session);
    database.insert('ZWACHATSESSION', {
      Z_PK: session.pk,
      Z_ENT: 4,
      Z_OPT: 1,
      ZCONTACTJID: jid,
      ZPARTNERNAME: session.name,
      ZSESSIONTYPE: session.type,
      ZARCHIVED: index % 7 === 6 ? 1 : 0,
      ZREMOVED: 0,
      ZHIDDEN: 0,
      ZUNREADCOUNT: random.below(4),
      ZGROUPINFO: group ? session.pk : null,
    });
    if (!group) return;
    database.insert('ZWAGROUPINFO', {
      Z_PK: session.pk,
      Z_ENT: 6,
      Z_OPT: 1,
      ZCHATSESSION: session.pk,
      ZOWNERJID: jidOf(people[0] as Person),
    });
    for (const one of people) {
      const pk = this.#world.next('whatsapp-member');
      const names = { ZMEMBERJID: jidOf(one), ZCONTACTNAME: one.fullName, ZFIRSTNAME: one.first };
      database.insert('ZWAGROUPMEMBER', {
        Z_PK: pk,
        Z_ENT: 7,
        Z_OPT: 1,
        ZCHATSESSION: session.pk,
        ZISACTIVE: 1,
        ZISADMIN: 0,
        ...names,
      });
    }
  }

  #insertMessage(database: OpenDatabase, index: number): void {
    const { language, clock } = this.#world;
    const random = this.#world.stream(`whatsapp/${index}`);
    const session = index < gallery.length ? (this.#sessions[index % 2] as Session) : random.pick(this.#sessions);
    const type = this.#typeOf(index);
    const sender = random.pick(session.people);
    const fromMe = random.chance(45);
    const date = clock.now - (this.#plan.whatsappMessages - index) * 4000 - random.below(3000);
    const pk = index + 1;
    const file = this.#placeMedia(session, type, index, date);
    const message: ChatMessage = {
      stanza: random.hex(20).toUpperCase(),
      session,
      text:
        type === 'text'
          ? random.pick(sender.language.messages)
          : type === 'link'
            ? `https://example.org/${random.hex(6)}`
            : null,
      type,
      fromMe,
      date,
      starred: random.chance(3),
      file,
    };
    session.messages += 1;
    this.#messages.push(message);
    const mediaPk = this.#insertMedia(database, pk, message, sender);
    database.insert('ZWAMESSAGE', {
      Z_PK: pk,
      Z_ENT: 9,
      Z_OPT: 1,
      ZCHATSESSION: session.pk,
      ZMESSAGEDATE: cocoa(date),
      ZSENTDATE: cocoa(date),
      ZISFROMME: fromMe ? 1 : 0,
      ZTEXT: message.text,
      ZMESSAGETYPE: TYPE[type],
      ZFROMJID: fromMe ? null : session.jid,
      ZTOJID: fromMe ? session.jid : null,
      ZGROUPMEMBER: session.type === 1 && !fromMe ? 1 + session.people.indexOf(sender) : null,
      ZSTANZAID: message.stanza,
      ZSTARRED: message.starred ? 1 : 0,
      ZPUSHNAME: fromMe ? null : sender.first,
      ZMEDIAITEM: mediaPk,
      ZSORT: pk,
      ZMESSAGESTATUS: 8,
      ZGROUPEVENTTYPE: type === 'system' ? 2 : 0,
    });
    database.insert('ZWAMESSAGEINFO', { Z_PK: pk, Z_ENT: 11, Z_OPT: 1, ZMESSAGE: pk, ZRECEIPTINFO: random.bytes(8) });
    if (index < 30 && language.tag === sender.language.tag) {
      database.insert('ZWAPROFILEPUSHNAME', {
        Z_PK: pk,
        Z_ENT: 14,
        Z_OPT: 1,
        ZJID: jidOf(sender),
        ZPUSHNAME: sender.first,
      });
    }
  }

  /** `Message/Media/<jid>/x/y/<uuid>.ext`, a thumbnail beside pictures and videos. */
  #placeMedia(session: Session, type: TypeName, index: number, date: number): StoredFile | null {
    const facts = mediaFacts[type];
    if (facts === undefined) return null;
    const random = this.#world.stream(`whatsapp/${index}/media`);
    const uuid = random.uuid().toLowerCase();
    const stem = `Message/Media/${session.jid}/${random.hex(1)}/${random.hex(1)}/${uuid}`;
    const { tree } = this.#world;
    const modified = Math.floor(date);
    const size = this.#pool.size(facts.weight, facts.minimum);
    const file = tree.add(DOMAIN, `${stem}.${facts.extension}`, {
      source: mediaSource(this.#world, facts.source),
      size,
      modified,
      protectionClass: 3,
    });
    if (type === 'image' || type === 'video') {
      tree.add(DOMAIN, `${stem}.thumb`, {
        source: mediaSource(this.#world, 'jpeg'),
        size: SMALLEST_PICTURE + 200,
        modified,
      });
    }
    return file;
  }

  #insertMedia(database: OpenDatabase, pk: number, message: ChatMessage, sender: Person): number | null {
    const { type, file } = message;
    const city = sender.language.cities[0];
    const special: Row | null =
      type === 'location'
        ? { ZLATITUDE: city?.latitude ?? 0, ZLONGITUDE: city?.longitude ?? 0, ZTITLE: city?.name ?? null }
        : type === 'contact'
          ? { ZVCARDNAME: sender.fullName, ZVCARDSTRING: contactCard(sender).toString('utf8') }
          : null;
    if (file === null && special === null) return null;
    const mediaPk = this.#world.next('whatsapp-media');
    const path = file?.relativePath.replace(/^Message\//, '') ?? null;
    database.insert('ZWAMEDIAITEM', {
      Z_PK: mediaPk,
      Z_ENT: 8,
      Z_OPT: 1,
      ZMESSAGE: pk,
      ZMEDIALOCALPATH: path,
      ZXMPPTHUMBPATH: type === 'image' || type === 'video' ? (path?.replace(/\.[^.]+$/, '.thumb') ?? null) : null,
      ZFILESIZE: file?.sizeBytes ?? 0,
      ZMOVIEDURATION: type === 'audio' || type === 'video' ? 12 : 0,
      ZVCARDSTRING: mediaFacts[type]?.mime ?? null,
      ...(special ?? {}),
    });
    return mediaPk;
  }
}
