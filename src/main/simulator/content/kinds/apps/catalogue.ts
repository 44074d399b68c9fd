import type { World } from '../../world.ts';

export interface AppIdentity {
  readonly bundleId: string;
  readonly name: string;
  readonly vendor: string;
  /** From the App Store, or put on the phone by other means. */
  readonly fromStore: boolean;
}

/** The first apps of every phone; whatever comes after is made up by rule. */
const known: readonly AppIdentity[] = [
  { bundleId: 'net.whatsapp.WhatsApp', name: 'WhatsApp Messenger', vendor: 'WhatsApp Inc.', fromStore: true },
  { bundleId: 'org.northwind.recipes', name: 'Recipes – cook & bake', vendor: 'Northwind Kitchen', fromStore: true },
  { bundleId: 'de.beispielverlag.zeitung', name: 'Die Morgenzeitung', vendor: 'Beispiel Verlag', fromStore: true },
  { bundleId: 'dev.homemade.sketches', name: 'Sketches', vendor: '', fromStore: false },
  { bundleId: 'jp.example.eki', name: '駅ナビ', vendor: 'Eki Works', fromStore: true },
  { bundleId: 'com.example.bank-app', name: 'Example Bank', vendor: 'Example Bank plc', fromStore: true },
  { bundleId: 'com.example.chess3', name: 'Chess³', vendor: 'Rook & Pawn', fromStore: true },
];

const nouns = [
  'Atlas',
  'Beacon',
  'Cinder',
  'Drift',
  'Ember',
  'Fjord',
  'Grove',
  'Harbor',
  'Iris',
  'Jetty',
  'Kite',
  'Lumen',
  'Maple',
  'Nimbus',
];
const adjectives = ['Tiny', 'Bright', 'Quiet', 'Swift', 'Blue', 'Daily', 'Pocket', 'Clever', 'Open', 'Merry'];
const vendors = ['Lakeside Labs', 'Pinecone Software', 'Studio Ōkami', 'Café Code', 'Hinterhof GmbH'];

/** App number `index` of this phone. */
export function appIdentity(world: World, index: number): AppIdentity {
  const fixed = known[index];
  if (fixed !== undefined) return fixed;
  const random = world.stream(`app/${index}/identity`);
  const adjective = random.pick(adjectives);
  const noun = random.pick(nouns);
  return {
    bundleId: `com.example.${adjective.toLowerCase()}${noun.toLowerCase()}${index}`,
    name: `${adjective} ${noun}`,
    vendor: random.pick(vendors),
    fromStore: !random.chance(5),
  };
}
