import { cocoa, DAY } from '../../calendar-time.ts';
import { type Person, person } from '../../people.ts';
import { describeStore, updatePrimaryKeys } from '../../storage/core-data.ts';
import type { World } from '../../world.ts';
import { callEntities, callSchema, contactEntities, contactSchema } from './schema.ts';

export const DOMAIN = 'AppDomainGroup-group.net.whatsapp.WhatsApp.shared';

/** How WhatsApp names a person. */
export function jidOf(one: Person): string {
  return `${one.phone.slice(1)}@s.whatsapp.net`;
}

/** ContactsV2.sqlite: who of the contacts is on WhatsApp. */
export function insertContacts(world: World, count: number): void {
  const database = world
    .database({ domain: DOMAIN, relativePath: 'ContactsV2.sqlite', schema: contactSchema })
    .change();
  describeStore(database, world.stream('whatsapp/contacts'), contactEntities);
  for (let index = 0; index < Math.min(count, 200); index++) {
    const one = person(world, index);
    database.insert('ZWAADDRESSBOOKCONTACT', {
      Z_PK: index + 1,
      Z_ENT: 1,
      Z_OPT: 1,
      ZFULLNAME: one.fullName,
      ZGIVENNAME: one.first,
      ZPHONENUMBER: one.phone,
      ZLOCALIZEDPHONENUMBER: one.phone,
      ZWHATSAPPID: jidOf(one),
      ZABOUTTEXT: index % 3 === 0 ? '🌞' : null,
      ZSORT: index,
    });
  }
  updatePrimaryKeys(database, contactEntities);
}

/** CallHistory.sqlite. */
export function insertCalls(world: World): void {
  const database = world.database({ domain: DOMAIN, relativePath: 'CallHistory.sqlite', schema: callSchema }).change();
  describeStore(database, world.stream('whatsapp/calls'), callEntities);
  for (let index = 0; index < 4; index++) {
    const random = world.stream(`whatsapp/call/${index}`);
    const date = cocoa(world.clock.now - index * DAY - random.below(DAY));
    database.insert('ZWAAGGREGATECALLEVENT', {
      Z_PK: index + 1,
      Z_ENT: 1,
      Z_OPT: 1,
      ZFIRSTDATE: date,
      ZINCOMING: index % 2,
      ZMISSED: 0,
      ZVIDEO: 0,
    });
    database.insert('ZWACDCALLEVENT', {
      Z_PK: index + 1,
      Z_ENT: 2,
      Z_OPT: 1,
      ZDATE: date,
      ZDURATION: random.below(900),
      ZOUTCOME: index % 3,
      Z1CALLEVENTS: index + 1,
      ZCALLIDSTRING: random.uuid(),
    });
  }
  updatePrimaryKeys(database, callEntities);
}
