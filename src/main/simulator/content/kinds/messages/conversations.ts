import { encodePlist } from '../../../../engine/formats/plist/index.ts';
import { type Person, person } from '../../people.ts';
import type { OpenDatabase } from '../../storage/scratch-database.ts';
import type { World } from '../../world.ts';
import type { Conversation, Handle, Service } from './message.ts';

/** ZSTYLE of a chat. */
const GROUP = 43;
const DIRECT = 45;

/** Makes chats and handles. Number 0 and every seventh is a group; some people write by SMS or RCS. */
export class Conversations {
  readonly #world: World;
  readonly #handles = new Map<string, Handle>();
  list: Conversation[] = [];

  constructor(world: World) {
    this.#world = world;
  }

  make(database: OpenDatabase): Conversation {
    const number = this.#world.next('conversation') - 1;
    const random = this.#world.stream(`conversation/${number}`);
    const group = number % 7 === 0;
    const service: Service = number % 7 === 2 ? 'SMS' : number % 7 === 3 ? 'RCS' : 'iMessage';
    const people: Person[] = [];
    for (let index = 0; index < (group ? 3 : 1); index++) people.push(person(this.#world, number + index * 2));
    const handles = people.map((one) => this.#handle(database, one, service));
    const identifier = group ? `chat${random.digits(18)}` : (people[0]?.phone ?? '');
    const pk = this.#world.next('chat-pk');
    const groups = this.#world.language.groups;
    const conversation: Conversation = {
      pk,
      guid: `${service};${group ? '+' : '-'};${identifier}`,
      identifier,
      group,
      service,
      people,
      handles,
      displayName: group && number % 2 === 0 ? (groups[number % groups.length] ?? '') : '',
    };
    database.insert('chat', {
      ROWID: pk,
      guid: conversation.guid,
      style: group ? GROUP : DIRECT,
      state: 3,
      account_id: this.#world.stream('messages-account').uuid(),
      properties: encodePlist(
        { numberOfTimesRespondedtoThread: random.below(50), shouldForceToSMS: service === 'SMS' },
        'binary',
      ),
      chat_identifier: identifier,
      service_name: service,
      room_name: group ? identifier : null,
      account_login: `P:${this.#world.identity.phoneNumber.replaceAll(' ', '')}`,
      last_addressed_handle: this.#world.identity.phoneNumber.replaceAll(' ', ''),
      display_name: conversation.displayName,
      group_id: random.uuid(),
      original_group_id: group ? random.uuid() : null,
      is_filtered: 0,
      successful_query: 1,
    });
    for (const handle of handles) database.insert('chat_handle_join', { chat_id: pk, handle_id: handle.pk });
    this.list.push(conversation);
    return conversation;
  }

  rename(database: OpenDatabase, conversation: Conversation, name: string): void {
    conversation.displayName = name;
    database.run('UPDATE chat SET display_name = ? WHERE ROWID = ?', name, conversation.pk);
  }

  remove(database: OpenDatabase, gone: ReadonlySet<Conversation>): void {
    for (const { pk } of gone) {
      database.run('DELETE FROM chat_handle_join WHERE chat_id = ?', pk);
      database.run('DELETE FROM chat WHERE ROWID = ?', pk);
    }
    this.list = this.list.filter((conversation) => !gone.has(conversation));
  }

  #handle(database: OpenDatabase, one: Person, service: Service): Handle {
    const name = `${one.phone} ${service}`;
    const known = this.#handles.get(name);
    if (known !== undefined) return known;
    const handle = { pk: this.#world.next('handle-pk'), id: one.phone, service };
    database.insert('handle', {
      ROWID: handle.pk,
      id: one.phone,
      country: one.language.countryCode,
      service,
      uncanonicalized_id: null,
      person_centric_id: this.#world.stream(`person/${one.index}/centric`).uuid(),
    });
    this.#handles.set(name, handle);
    return handle;
  }
}
