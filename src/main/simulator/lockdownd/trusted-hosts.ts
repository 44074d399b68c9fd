import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import {
  arrayOf,
  dataAt,
  encodePlist,
  type PlistValue,
  parsePlist,
  stringAt,
} from '../../engine/formats/plist/index.ts';

/** A computer the phone trusts: what it was given at pairing, and the escrow bag it gave in return. */
export interface TrustedHost {
  readonly hostId: string;
  readonly systemBuid: string;
  /** PEM. */
  readonly rootCertificate: string;
  readonly hostCertificate: string;
  readonly deviceCertificate: string;
  readonly escrowBag: Buffer;
}

/** The phone's half of its pairings, kept in a file so that they outlive the process when the scratch folder does. */
export class TrustedHosts {
  readonly #file: string;
  readonly #hosts: Map<string, TrustedHost>;

  private constructor(file: string, hosts: Map<string, TrustedHost>) {
    this.#file = file;
    this.#hosts = hosts;
  }

  static async open(file: string): Promise<TrustedHosts> {
    const bytes = await readFile(file).catch(() => null);
    const hosts =
      bytes === null ? [] : (arrayOf(parsePlist(bytes)) ?? []).map(readHost).filter((host) => host !== null);
    return new TrustedHosts(file, new Map(hosts.map((host) => [host.hostId, host])));
  }

  find(hostId: string): TrustedHost | undefined {
    return this.#hosts.get(hostId);
  }

  get count(): number {
    return this.#hosts.size;
  }

  async add(host: TrustedHost): Promise<void> {
    this.#hosts.set(host.hostId, host);
    await this.#save();
  }

  async remove(hostId: string): Promise<boolean> {
    if (!this.#hosts.delete(hostId)) return false;
    await this.#save();
    return true;
  }

  /** As "Reset Location & Privacy" does. */
  async clear(): Promise<void> {
    this.#hosts.clear();
    await this.#save();
  }

  async #save(): Promise<void> {
    await mkdir(dirname(this.#file), { recursive: true, mode: 0o700 });
    const list = [...this.#hosts.values()].map(
      (host): PlistValue => ({
        HostID: host.hostId,
        SystemBUID: host.systemBuid,
        RootCertificate: host.rootCertificate,
        HostCertificate: host.hostCertificate,
        DeviceCertificate: host.deviceCertificate,
        EscrowBag: host.escrowBag,
      }),
    );
    await writeFile(`${this.#file}.new`, encodePlist(list, 'binary'), { mode: 0o600 });
    await rename(`${this.#file}.new`, this.#file);
  }
}

function readHost(value: PlistValue): TrustedHost | null {
  const hostId = stringAt(value, 'HostID');
  const systemBuid = stringAt(value, 'SystemBUID');
  const rootCertificate = stringAt(value, 'RootCertificate');
  const hostCertificate = stringAt(value, 'HostCertificate');
  const deviceCertificate = stringAt(value, 'DeviceCertificate');
  const escrowBag = dataAt(value, 'EscrowBag');
  if (
    hostId === undefined ||
    systemBuid === undefined ||
    rootCertificate === undefined ||
    hostCertificate === undefined ||
    deviceCertificate === undefined ||
    escrowBag === undefined
  ) {
    return null;
  }
  return { hostId, systemBuid, rootCertificate, hostCertificate, deviceCertificate, escrowBag: Buffer.from(escrowBag) };
}
