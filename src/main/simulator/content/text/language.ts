/** The words of one language. Texts are made by picking, so a handful goes a long way. */
export interface Language {
  /** BCP 47 primary tag. */
  readonly tag: string;
  /** Used when a phone of this language has no locale of its own. */
  readonly locale: string;
  readonly timeZone: string;
  /** Seconds east of UTC; fixed, because daylight rules differ between machines. */
  readonly utcOffset: number;
  readonly dialCode: string;
  readonly countryCode: string;
  readonly deviceName: (firstName: string) => string;
  readonly firstNames: readonly string[];
  readonly lastNames: readonly string[];
  readonly companies: readonly string[];
  readonly cities: readonly City[];
  readonly streets: readonly string[];
  readonly messages: readonly string[];
  readonly notes: readonly string[];
  readonly items: readonly string[];
  readonly events: readonly string[];
  readonly albums: readonly string[];
  readonly groups: readonly string[];
}

export interface City {
  readonly name: string;
  readonly latitude: number;
  readonly longitude: number;
}
