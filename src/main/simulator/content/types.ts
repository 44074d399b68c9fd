/** What the simulated phone holds: the border between the content generator and the protocol servers. */

export interface PhoneSpec {
  readonly seed: number;
  /** Regular files, approximately; small numbers leave out whole kinds of data, never correctness. */
  readonly files: number;
  /** Logical bytes of all regular files together, approximately. */
  readonly bytes: number;
  readonly udid?: string;
  readonly name?: string;
  /** BCP 47; decides names, texts and scripts. Default: derived from the seed. */
  readonly locale?: string;
  /** Unix seconds: what the phone's own clock says when it is made. Default: derived from the seed. */
  readonly present?: number;
}

export interface PhoneIdentity {
  readonly udid: string;
  readonly name: string;
  readonly productType: string;
  readonly productName: string;
  readonly productVersion: string;
  readonly buildVersion: string;
  readonly hardwareModel: string;
  readonly serialNumber: string;
  readonly wifiAddress: string;
  readonly bluetoothAddress: string;
  readonly uniqueChipId: number;
  readonly phoneNumber: string;
  readonly imei: string;
  readonly imei2: string;
  readonly meid: string;
  readonly iccid: string;
  readonly locale: string;
  readonly language: string;
  readonly timeZone: string;
  readonly totalDiskCapacity: number;
}

/** One row of a backup. Directories and symbolic links have size 0 and no content. */
export interface PhoneFile {
  readonly domain: string;
  readonly relativePath: string;
  readonly kind: 'file' | 'directory' | 'symlink';
  /** Full st_mode. */
  readonly mode: number;
  readonly userId: number;
  readonly groupId: number;
  readonly inode: number;
  /** True length of the content. */
  readonly sizeBytes: number;
  /**
   * What the index claims. Equal to `sizeBytes`, except for the odd database that changed between stat and upload
   * (backup-format 2.7): then larger or smaller. Write this as `Size`, but send and encrypt what `read` gives.
   */
  readonly manifestSizeBytes: number;
  /** Unix seconds. */
  readonly modified: number;
  readonly birth: number;
  readonly statusChanged: number;
  /** 1–4 for files, 0 for directories and links. */
  readonly protectionClass: number;
  /** Does Manifest.db carry a SHA-1 digest for it (system domains do, media and app domains do not)? */
  readonly hasDigest: boolean;
  /** Only in encrypted backups (health, call history, Safari history …). */
  readonly encryptedOnly: boolean;
  readonly target: string | null;
  readonly extendedAttributes: ReadonlyMap<string, Uint8Array>;
  /** Grows whenever content or metadata change. */
  readonly revision: number;
  /** The plain content, deterministic, in chunks of at most 1 MiB; synchronous because it is generated or read from scratch. */
  read(): Iterable<Buffer>;
}

export interface InstalledApp {
  readonly bundleId: string;
  readonly name: string;
  readonly version: string;
  readonly shortVersion: string;
  readonly staticDiskUsage: number;
  readonly dynamicDiskUsage: number;
  /** Binary plist, as the App Store writes it; null for apps not from the store. */
  readonly iTunesMetadata: Uint8Array | null;
  readonly applicationSinf: Uint8Array | null;
  /** PNG. */
  readonly icon: Uint8Array;
  /** Names of its containers without the domain prefix: `AppDomainGroup-…` and `AppDomainPlugin-…`. */
  readonly groups: readonly string[];
  readonly plugins: readonly string[];
}

export interface ItemCounts {
  readonly photos?: number;
  readonly videos?: number;
  readonly conversations?: number;
  readonly messages?: number;
  readonly contacts?: number;
  readonly notes?: number;
  readonly apps?: number;
}

export type Mutation =
  | { readonly delete?: ItemCounts; readonly add?: ItemCounts; readonly edit?: ItemCounts }
  | { readonly percent: number };

export interface MutationSummary {
  readonly addedFiles: number;
  readonly changedFiles: number;
  readonly removedFiles: number;
  /** Items really touched, by kind: fewer than asked for when the phone had fewer. */
  readonly deleted: ItemCounts;
  readonly added: ItemCounts;
  readonly edited: ItemCounts;
}

export interface PhoneContent extends AsyncDisposable {
  readonly identity: PhoneIdentity;
  readonly apps: readonly InstalledApp[];
  /** Regular files now. */
  readonly fileCount: number;
  readonly totalBytes: number;
  /** All rows in a stable order; a directory before what is in it, the domain root (relativePath "") first. */
  files(): Iterable<PhoneFile>;
  /** For AFC: rows below Media (DCIM and friends), looked up by path relative to Media. */
  mediaFile(pathBelowMedia: string): PhoneFile | null;
  mediaChildren(pathBelowMedia: string): readonly string[] | null;
  mutate(mutation: Mutation): MutationSummary;
  /** Streams the ground truth as JSON: {"udid","files":[…],"items":{…}} (shape in the README of the simulator). */
  writeTruth(file: string): Promise<void>;
}
