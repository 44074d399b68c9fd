import { cocoa, DAY } from '../calendar-time.ts';
import type { Plan } from '../plan.ts';
import { uuidBytes } from '../random.ts';
import { coreDataTables, describeStore, type Entity, entityTable, updatePrimaryKeys } from '../storage/core-data.ts';
import type { OpenDatabase } from '../storage/scratch-database.ts';
import type { World } from '../world.ts';
import type { Kind, TruthSection } from './kind.ts';

const DOMAIN = 'AppDomainGroup-group.com.apple.reminders';

/** Entity numbers differ between the stores of one phone. */
const entitiesOf = (shift: number): readonly Entity[] => [
  { number: 2 + shift, name: 'REMCDBaseList', table: 'ZREMCDBASELIST' },
  { number: 3 + shift, name: 'REMCDList', parent: 2 + shift },
  { number: 14 + shift, name: 'REMCDObject', table: 'ZREMCDOBJECT' },
  { number: 15 + shift, name: 'REMCDAccount', parent: 14 + shift },
  { number: 27 + shift, name: 'REMCDReminder', table: 'ZREMCDREMINDER' },
];

const schema: readonly string[] = [
  ...coreDataTables,
  entityTable('ZREMCDREMINDER', {
    integer: `ZALLDAY ZCOMPLETED ZFLAGGED ZICSDISPLAYORDER ZMARKEDFORDELETION ZPRIORITY ZACCOUNT ZLIST ZPARENTREMINDER
      ZSPOTLIGHTINDEXCOUNT ZDISPLAYDATEISALLDAY`,
    timestamp: 'ZCOMPLETIONDATE ZCREATIONDATE ZDISPLAYDATEDATE ZDUEDATE ZLASTMODIFIEDDATE ZSTARTDATE',
    varchar: 'ZCKIDENTIFIER ZNOTES ZTITLE ZTIMEZONE',
    blob: 'ZIDENTIFIER ZNOTESDOCUMENT ZTITLEDOCUMENT',
  }),
  entityTable('ZREMCDBASELIST', {
    integer: 'ZACCOUNT ZISGROUP ZMARKEDFORDELETION ZSHARINGSTATUS ZISPINNEDBYCURRENTUSER ZPARENTLIST',
    varchar: 'ZBADGEEMBLEM ZCKIDENTIFIER ZNAME ZCOLOR',
    blob: 'ZIDENTIFIER',
  }),
  entityTable('ZREMCDOBJECT', {
    integer: 'ZACCOUNT ZMARKEDFORDELETION ZREMINDER ZREMINDER1 ZTYPE ZFREQUENCY ZINTERVAL',
    timestamp: 'ZCREATIONDATE',
    varchar: 'ZNAME ZTITLE ZTITLE1 ZCKIDENTIFIER',
    blob: 'ZIDENTIFIER',
  }),
  'CREATE INDEX ZREMCDREMINDER_LIST_INDEX ON ZREMCDREMINDER (ZLIST)',
];

interface Reminder {
  readonly id: string;
  readonly store: string;
  readonly list: string;
  readonly title: string;
  readonly notes: string | null;
  readonly completed: boolean;
  readonly flagged: boolean;
  readonly priority: number;
  readonly due: number | null;
  readonly deleted: boolean;
  readonly parent: string | null;
}

/** Reminders in two stores: "on my iPhone" and iCloud. */
export class Reminders implements Kind {
  readonly #world: World;
  readonly #reminders: Reminder[] = [];

  constructor(world: World, plan: Plan) {
    this.#world = world;
    const local = Math.ceil(plan.reminders / 4);
    this.#store('local', 0, 0, local);
    this.#store(world.stream('reminders/store').uuid(), 1, local, plan.reminders);
  }

  truth(): readonly TruthSection[] {
    return [{ name: 'reminders', rows: () => this.#reminders.map((reminder) => ({ ...reminder })) }];
  }

  #store(name: string, shift: number, from: number, to: number): void {
    const store = `Data-${name}.sqlite`;
    const entities = entitiesOf(shift);
    const relativePath = `Container_v1/Stores/${store}`;
    const database = this.#world.database({ domain: DOMAIN, relativePath, schema }).change();
    const random = this.#world.stream(`reminders/${store}`);
    describeStore(database, random, entities);
    const account = {
      Z_PK: 1,
      Z_ENT: 15 + shift,
      Z_OPT: 1,
      ZNAME: shift === 0 ? 'Local' : 'iCloud',
      ZIDENTIFIER: random.bytes(16),
    };
    database.insert('ZREMCDOBJECT', account);
    const lists = shift === 0 ? ['📌'] : ['Reminders', ...this.#world.language.groups.slice(0, 2)];
    lists.forEach((list, index) => {
      database.insert('ZREMCDBASELIST', {
        Z_PK: index + 1,
        Z_ENT: 3 + shift,
        Z_OPT: 1,
        ZNAME: list,
        ZISGROUP: 0,
        ZACCOUNT: 1,
        ZMARKEDFORDELETION: 0,
        ZIDENTIFIER: random.bytes(16),
      });
    });
    for (let index = from; index < to; index++)
      this.#insert(database, index, { store, shift, lists, pk: index - from + 1 });
    updatePrimaryKeys(database, entities);
  }

  #insert(
    database: OpenDatabase,
    index: number,
    { store, shift, lists, pk }: { store: string; shift: number; lists: readonly string[]; pk: number },
  ): void {
    const { language, clock } = this.#world;
    const random = this.#world.stream(`reminder/${index}`);
    const id = random.uuid();
    const parent = pk > 1 && index % 7 === 2 ? (this.#reminders.at(-1) ?? null) : null;
    const list = index % lists.length;
    const reminder: Reminder = {
      id,
      store,
      list: lists[list] ?? '',
      title: random.chance(60) ? random.pick(language.items) : random.pick(language.events),
      notes: random.chance(25) || index === 0 ? random.pick(language.messages) : null,
      completed: random.chance(40) || index === 1,
      flagged: random.chance(15),
      priority: random.pick([0, 0, 0, 1, 5, 9]),
      due: random.chance(60) || index === 0 ? clock.now + random.between(-200, 60) * DAY : null,
      deleted: index % 15 === 8,
      parent: parent?.id ?? null,
    };
    this.#reminders.push(reminder);
    const created = cocoa(clock.now - random.between(1, 400) * DAY);
    database.insert('ZREMCDREMINDER', {
      Z_PK: pk,
      Z_ENT: 27 + shift,
      Z_OPT: 1,
      ZIDENTIFIER: uuidBytes(id),
      ZCKIDENTIFIER: id,
      ZTITLE: reminder.title,
      ZNOTES: reminder.notes,
      ZCOMPLETED: reminder.completed ? 1 : 0,
      ZCOMPLETIONDATE: reminder.completed ? created + DAY : null,
      ZDUEDATE: reminder.due === null ? null : cocoa(reminder.due),
      ZDISPLAYDATEDATE: reminder.due === null ? null : cocoa(reminder.due),
      ZALLDAY: random.chance(50) ? 1 : 0,
      ZFLAGGED: reminder.flagged ? 1 : 0,
      ZPRIORITY: reminder.priority,
      ZLIST: list + 1,
      ZACCOUNT: 1,
      ZMARKEDFORDELETION: reminder.deleted ? 1 : 0,
      ZCREATIONDATE: created,
      ZLASTMODIFIEDDATE: created,
      ZPARENTREMINDER: parent === null ? null : pk - 1,
    });
  }
}
