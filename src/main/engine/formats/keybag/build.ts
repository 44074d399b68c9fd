import { wrapMany } from '../crypto/key-wrap.ts';
import { deriveKek } from './derive.ts';

/** What a phone decides when its owner sets a backup password (backup format reference, 2.8). For the simulated phone. */
export interface KeybagPlan {
  readonly password: string;
  /** Class number → 32-byte key. A change of the password wraps the same keys again. */
  readonly classKeys: ReadonlyMap<number, Uint8Array>;
  /** Of the first stage (DPIC); null leaves the stage out, as up to iOS 10.1. A real phone: 10,000,000. */
  readonly firstStageIterations: number | null;
  /** Of the second stage (ITER). A real phone: 10,000. */
  readonly iterations: number;
  /** UUIDs, salts and the unused HMAC key come from here. */
  readonly randomBytes: (count: number) => Uint8Array;
}

/** Wrapped with the phone's hardware key too: "this device only" classes of the keychain. */
const DEVICE_BOUND_CLASSES: ReadonlySet<number> = new Set([9, 10, 11]);
const SALT_BYTES = 20;
const UUID_BYTES = 16;
const HMAC_KEY_BYTES = 40;

export interface BuiltKeybag {
  readonly bytes: Buffer;
  readonly kek: Buffer;
}

export async function buildKeybag(
  plan: KeybagPlan,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<BuiltKeybag> {
  const { randomBytes, iterations, firstStageIterations } = plan;
  const uuid = randomBytes(UUID_BYTES);
  const hmacKey = randomBytes(HMAC_KEY_BYTES);
  const salt = Buffer.from(randomBytes(SALT_BYTES));
  const doubleProtection =
    firstStageIterations === null
      ? null
      : { salt: Buffer.from(randomBytes(SALT_BYTES)), iterations: firstStageIterations };
  const kek = await deriveKek({ salt, iterations, doubleProtection }, plan.password, options);

  const parts: Uint8Array[] = [
    entry('VERS', doubleProtection === null ? 3 : 5),
    entry('TYPE', 1),
    entry('UUID', uuid),
    entry('HMCK', hmacKey),
    entry('WRAP', 0),
    entry('SALT', salt),
    entry('ITER', iterations),
  ];
  if (doubleProtection !== null) {
    parts.push(entry('DPWT', 1), entry('DPIC', doubleProtection.iterations), entry('DPSL', doubleProtection.salt));
  }
  // Real bags list their classes from the highest down.
  const classes = [...plan.classKeys].toSorted(([left], [right]) => right - left);
  const wrapped = wrapMany(
    kek,
    classes.map(([, key]) => key),
  );
  for (const [index, [classId]] of classes.entries()) {
    parts.push(
      entry('UUID', randomBytes(UUID_BYTES)),
      entry('CLAS', classId),
      entry('WRAP', DEVICE_BOUND_CLASSES.has(classId) ? 3 : 2),
      entry('KTYP', 0),
      entry('WPKY', wrapped[index] ?? Buffer.alloc(0)),
    );
  }
  return { bytes: Buffer.concat(parts), kek };
}

function entry(tag: string, value: number | Uint8Array): Buffer {
  const length = typeof value === 'number' ? 4 : value.length;
  const bytes = Buffer.alloc(8 + length);
  bytes.write(tag, 0, 'latin1');
  bytes.writeUInt32BE(length, 4);
  if (typeof value === 'number') bytes.writeUInt32BE(value, 8);
  else bytes.set(value, 8);
  return bytes;
}
