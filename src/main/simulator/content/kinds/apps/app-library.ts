import { encodePlist } from '../../../../engine/formats/plist/index.ts';
import type { Plan } from '../../plan.ts';
import { fixedBytes } from '../../storage/sources.ts';
import type { InstalledApp } from '../../types.ts';
import type { World } from '../../world.ts';
import { choose, type Kind, type TruthSection } from '../kind.ts';
import { BulkFiles } from './bulk-files.ts';
import { type AppIdentity, appIdentity } from './catalogue.ts';
import { type StorePapers, storePapers } from './store-papers.ts';

interface App {
  readonly identity: AppIdentity;
  readonly papers: StorePapers;
  version: string;
  readonly groups: readonly string[];
  readonly plugins: readonly string[];
  edits: number;
}

/** Apps with their containers, and the mass of their data. */
export class AppLibrary implements Kind {
  readonly #world: World;
  readonly #planned: number;
  readonly #flat: boolean;
  readonly bulk: BulkFiles;
  #apps: App[] = [];
  /** As told to the services, which ask for it with every icon; null after a change. */
  #installed: readonly InstalledApp[] | null = null;
  #nextIndex = 0;

  constructor(world: World, plan: Plan) {
    this.#world = world;
    this.#planned = plan.apps;
    this.#flat = plan.flat;
    this.bulk = new BulkFiles(world);
  }

  build(): void {
    for (let count = 0; count < this.#planned; count++) this.#install();
  }

  /** Fills the phone up: so many more files of so many bytes in all. */
  fill(files: number, bytes: number): void {
    const domains = this.#domains();
    if (files <= 0) return;
    let weights = 0;
    for (let index = 0; index < files; index++) weights += this.bulk.weight(index, this.#flat);
    const scale = weights === 0 ? 0 : Math.max(0, bytes) / weights;
    for (let index = 0; index < files; index++) {
      this.bulk.add(domains, Math.floor(this.bulk.weight(index, this.#flat) * scale));
    }
  }

  addBulk(count: number): number {
    const domains = this.#domains();
    for (let made = 0; made < count; made++) {
      this.bulk.add(domains, 200 + this.#world.stream(`bulk/added/${this.#world.next('bulk-added')}`).below(8000));
    }
    return count;
  }

  count(): number {
    return this.#apps.length;
  }

  installed(): readonly InstalledApp[] {
    this.#installed ??= this.#apps.map(({ identity, papers, version, groups, plugins }) => ({
      bundleId: identity.bundleId,
      name: identity.name,
      version,
      shortVersion: version,
      staticDiskUsage: 20_000_000 + this.#world.stream(`app/${identity.bundleId}/usage`).below(200_000_000),
      dynamicDiskUsage: 1_000_000 + this.#world.stream(`app/${identity.bundleId}/dynamic`).below(50_000_000),
      ...papers,
      groups,
      plugins,
    }));
    return this.#installed;
  }

  add(count: number): number {
    for (let made = 0; made < count; made++) {
      this.#install();
      const domain = `AppDomain-${this.#apps.at(-1)?.identity.bundleId ?? ''}`;
      for (let file = 0; file < 4; file++) this.bulk.add([domain], 500 + file * 1000);
    }
    return count;
  }

  remove(count: number, below: (limit: number) => number): number {
    const gone = new Set(choose(this.#apps, count, below));
    const domains = new Set([...gone].flatMap((app) => domainsOf(app)));
    for (const domain of domains) this.#world.tree.removeDomain(domain);
    this.bulk.forgetDomains(domains);
    this.#apps = this.#apps.filter((app) => !gone.has(app));
    this.#installed = null;
    return gone.size;
  }

  /** An update from the store: a new version, and preferences written anew. */
  edit(count: number, below: (limit: number) => number): number {
    const chosen = choose(this.#apps, count, below);
    this.#installed = null;
    for (const app of chosen) {
      app.edits += 1;
      app.version = versionOf(this.#world, app.identity, app.edits);
      const file = this.#world.tree.find(`AppDomain-${app.identity.bundleId}`, preferencesPath(app.identity));
      if (file === null || file.kind === 'directory') continue;
      const bytes = preferences(this.#world, app);
      this.#world.tree.change(file, { size: bytes.length, modified: this.#world.clock.now, source: fixedBytes(bytes) });
    }
    return chosen.length;
  }

  truth(): readonly TruthSection[] {
    return [
      {
        name: 'apps',
        rows: () =>
          this.#apps.map(({ identity, version, groups, plugins }) => ({ ...identity, version, groups, plugins })),
      },
    ];
  }

  #domains(): string[] {
    const domains = this.#apps.map(({ identity }) => `AppDomain-${identity.bundleId}`);
    return domains.length === 0 ? ['AppDomain-com.apple.mobilesafari'] : domains;
  }

  #install(): void {
    const world = this.#world;
    const index = this.#nextIndex++;
    const identity = appIdentity(world, index);
    const random = world.stream(`app/${identity.bundleId}`);
    const version = versionOf(world, identity, 0);
    /** WhatsApp's group has a name of its own and is made with its data. */
    const own = identity.bundleId !== 'net.whatsapp.WhatsApp';
    const app: App = {
      identity,
      version,
      papers: storePapers(world, identity, version),
      groups: own ? (random.chance(30) ? [`group.${identity.bundleId}`] : []) : ['group.net.whatsapp.WhatsApp.shared'],
      plugins: random.chance(30) ? [`${identity.bundleId}.widget`] : [],
      edits: 0,
    };
    this.#apps.push(app);
    this.#installed = null;
    const { tree, clock } = world;
    const modified = clock.now - random.below(300 * 86_400);
    const domain = `AppDomain-${identity.bundleId}`;
    tree.folder(domain, 'Documents', modified);
    this.#plist(domain, preferencesPath(identity), preferences(world, app), modified);
    tree.addLink(
      domain,
      'Library/WebKit/WebsiteData/IndexedDB/v0',
      `/var/mobile/Containers/Data/Application/${random.uuid()}/Library/WebKit/WebsiteData/IndexedDB/v1`,
      modified,
    );
    if (own) {
      for (const group of app.groups) {
        this.#plist(`AppDomainGroup-${group}`, `Library/Preferences/${group}.plist`, preferences(world, app), modified);
      }
    }
    for (const plugin of app.plugins) {
      this.#plist(
        `AppDomainPlugin-${plugin}`,
        `Library/Preferences/${plugin}.plist`,
        preferences(world, app),
        modified,
      );
    }
  }

  #plist(domain: string, path: string, bytes: Buffer, modified: number): void {
    this.#world.tree.add(domain, path, { source: fixedBytes(bytes), size: bytes.length, modified });
  }
}

function domainsOf({ identity, groups, plugins }: App): string[] {
  return [
    `AppDomain-${identity.bundleId}`,
    ...groups.map((group) => `AppDomainGroup-${group}`),
    ...plugins.map((plugin) => `AppDomainPlugin-${plugin}`),
  ];
}

function preferencesPath({ bundleId }: AppIdentity): string {
  return `Library/Preferences/${bundleId}.plist`;
}

function preferences(world: World, app: App): Buffer {
  const random = world.stream(`app/${app.identity.bundleId}/preferences/${app.edits}`);
  return encodePlist(
    {
      LastVersion: app.version,
      LaunchCount: random.below(2000),
      Onboarded: true,
      InstallIdentifier: random.uuid(),
      LastSync: new Date((world.clock.now - random.below(86_400)) * 1000),
      Theme: random.pick(['light', 'dark', 'system']),
      Token: random.bytes(32),
    },
    'binary',
  );
}

function versionOf(world: World, { bundleId }: AppIdentity, edits: number): string {
  const random = world.stream(`app/${bundleId}/version`);
  return `${random.between(1, 25)}.${random.below(20)}.${random.below(10) + edits}`;
}
