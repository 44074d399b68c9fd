import type { Random } from './random.ts';
import type { Language } from './text/language.ts';
import type { PhoneIdentity, PhoneSpec } from './types.ts';

/** Product type, name, board and chip (the UDID's first eight digits): facts from Apple's firmware lists. */
const models = [
  { type: 'iPhone16,1', name: 'iPhone 15 Pro', board: 'D83AP', chip: '00008130' },
  { type: 'iPhone16,2', name: 'iPhone 15 Pro Max', board: 'D84AP', chip: '00008130' },
  { type: 'iPhone15,4', name: 'iPhone 15', board: 'D37AP', chip: '00008120' },
  { type: 'iPhone17,1', name: 'iPhone 16 Pro', board: 'D93AP', chip: '00008140' },
] as const;

const releases = [
  { version: '18.5', build: '22F76' },
  { version: '18.6', build: '22G86' },
  { version: '18.4.1', build: '22E252' },
] as const;

/** Characters Apple uses in serial numbers since 2021: ten, without vowels that could make words. */
const SERIAL_CHARACTERS = '0123456789CDFGHJKLMNPQRTVWXY';

export function makeIdentity(random: Random, language: Language, spec: PhoneSpec): PhoneIdentity {
  const model = random.chance(60) ? models[0] : random.pick(models);
  const release = random.chance(70) ? releases[0] : random.pick(releases);
  const drawn = random.between(0x0001_0000, 0x001d_ffff) * 0x1_0000_0000 + random.next32();
  const udid = spec.udid ?? `${model.chip}-${drawn.toString(16).toUpperCase().padStart(16, '0')}`;
  const chipId = chipIdOf(udid) ?? drawn;
  const wifi = mac(random);
  const locale = (spec.locale ?? language.locale).replaceAll('-', '_');
  return {
    udid,
    name: spec.name ?? language.deviceName(random.pick(language.firstNames)),
    productType: model.type,
    productName: model.name,
    productVersion: release.version,
    buildVersion: release.build,
    hardwareModel: model.board,
    serialNumber: Array.from({ length: 10 }, () => SERIAL_CHARACTERS[random.below(SERIAL_CHARACTERS.length)]).join(''),
    wifiAddress: macText(wifi),
    bluetoothAddress: macText(wifi + 1),
    uniqueChipId: chipId,
    phoneNumber: `+${language.dialCode} ${random.between(2, 9)}${random.digits(2)} ${random.digits(7)}`,
    imei: withLuhnDigit(`35${random.digits(12)}`),
    imei2: withLuhnDigit(`35${random.digits(12)}`),
    meid: `35${random.digits(12)}`,
    iccid: withLuhnDigit(`89${language.dialCode}${random.digits(16 - language.dialCode.length)}`),
    locale,
    language: locale.replaceAll('_', '-'),
    timeZone: language.timeZone,
    totalDiskCapacity: random.pick([128, 256, 512]) * 1_000_000_000,
  };
}

/** The second half of a modern UDID is the chip's number; null for other forms, and for numbers too large to be exact. */
function chipIdOf(udid: string): number | null {
  const chip = Number.parseInt(/^[0-9a-fA-F]{8}-([0-9a-fA-F]{16})$/.exec(udid)?.[1] ?? '', 16);
  return Number.isSafeInteger(chip) ? chip : null;
}

/** 48 bits; Apple's prefix, an even last digit, so that the next one is Bluetooth's. */
function mac(random: Random): number {
  return 0xf4d4_8800_0000 + random.below(0x80_0000) * 2;
}

function macText(value: number): string {
  const hex = value.toString(16).padStart(12, '0');
  return (hex.match(/../g) ?? []).join(':');
}

/** Appends the check digit of ISO/IEC 7812-1, annex B. */
export function withLuhnDigit(digits: string): string {
  let sum = 0;
  for (let at = 0; at < digits.length; at++) {
    const digit = Number(digits[digits.length - 1 - at]);
    const doubled = at % 2 === 0 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return `${digits}${(10 - (sum % 10)) % 10}`;
}
