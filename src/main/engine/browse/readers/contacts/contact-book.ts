import { HandleBook } from '../messages/index.ts';
import type { Contact } from './types.ts';

/** Whose number or address is it? For messages, calls and everything else that only knows handles. */
export class ContactBook {
  readonly #people = new HandleBook<string>();
  readonly #names = new Map<string, string>();

  constructor(contacts: readonly Contact[]) {
    for (const contact of contacts) {
      if (contact.name === null) continue;
      // Cards that the phone shows as one person are one person here too.
      const person = contact.linkedAs === null ? contact.id : `link ${contact.linkedAs}`;
      if (!this.#names.has(person)) this.#names.set(person, contact.name);
      for (const { value } of [...contact.phones, ...contact.emails]) this.#people.add(value, person);
    }
  }

  /** Null when nobody has it, or when two people fit equally well. */
  nameOf(handle: string): string | null {
    const person = this.#people.find(handle);
    return person === null ? null : (this.#names.get(person) ?? null);
  }
}
