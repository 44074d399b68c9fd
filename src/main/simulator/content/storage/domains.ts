/** What is true of every file of a domain: reference/backup-format 1.5 (digests), 2.9 (encrypted only), 3.1. */
export interface DomainRules {
  readonly hasDigest: boolean;
  readonly encryptedOnly: boolean;
  readonly userId: number;
  readonly groupId: number;
}

const MOBILE = 501;

const rules: Readonly<Record<string, DomainRules>> = {
  HomeDomain: system(MOBILE),
  RootDomain: system(0),
  HealthDomain: { ...system(MOBILE), encryptedOnly: true },
  WirelessDomain: system(25),
  SystemPreferencesDomain: system(0),
  DatabaseDomain: system(0),
  HomeKitDomain: { ...system(MOBILE), encryptedOnly: true },
  InstallDomain: system(33),
  ManagedPreferencesDomain: system(MOBILE),
  KeyboardDomain: system(MOBILE),
  KeychainDomain: system(64),
  CameraRollDomain: media(),
  MediaDomain: media(),
  TonesDomain: media(),
};

const containers = media();

export function domainRules(domain: string): DomainRules {
  return rules[domain] ?? containers;
}

function system(owner: number): DomainRules {
  return { hasDigest: true, encryptedOnly: false, userId: owner, groupId: owner };
}

function media(): DomainRules {
  return { hasDigest: false, encryptedOnly: false, userId: MOBILE, groupId: MOBILE };
}
