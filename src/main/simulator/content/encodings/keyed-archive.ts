import { encodePlist, PlistReal, PlistUid, type PlistValue } from '../../../engine/formats/plist/index.ts';

/** An object to archive: its class (and the classes above it), and its fields by key. */
export class Archived {
  readonly classes: readonly string[];
  readonly fields: Readonly<Record<string, ArchiveValue>>;
  constructor(classes: readonly string[], fields: Readonly<Record<string, ArchiveValue>>) {
    this.classes = classes;
    this.fields = fields;
  }
}

export type ArchiveValue = Archived | string | number | boolean | null | Uint8Array | PlistReal;

/** A binary property list as NSKeyedArchiver writes it: scalars inline, everything else by UID into `$objects`. */
export function keyedArchive(root: Archived): Buffer {
  const objects: PlistValue[] = ['$null'];
  const known = new Map<string, PlistUid>();

  const reference = (value: ArchiveValue): PlistValue => {
    if (value === null) return new PlistUid(0);
    if (typeof value === 'number' || typeof value === 'boolean' || value instanceof PlistReal) return value;
    if (typeof value === 'string') return shared(`text ${value}`, () => value);
    const place = objects.push('$null') - 1;
    objects[place] = value instanceof Uint8Array ? value : dictionary(value);
    return new PlistUid(place);
  };
  const shared = (name: string, make: () => PlistValue): PlistUid => {
    const before = known.get(name);
    if (before !== undefined) return before;
    const uid = new PlistUid(objects.push(make()) - 1);
    known.set(name, uid);
    return uid;
  };
  const dictionary = (value: Archived): PlistValue => {
    const fields: Record<string, PlistValue> = {};
    for (const [key, field] of Object.entries(value.fields)) fields[key] = reference(field);
    const [name] = value.classes;
    fields['$class'] = shared(`class ${name}`, () => ({
      $classname: name ?? 'NSObject',
      $classes: [...value.classes],
    }));
    return fields;
  };

  const top = reference(root);
  return encodePlist(
    { $archiver: 'NSKeyedArchiver', $objects: objects, $top: { root: top }, $version: 100_000 },
    'binary',
  );
}
