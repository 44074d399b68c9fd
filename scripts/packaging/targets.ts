/** Systems and processors that Backstop is built for. */
export interface Target {
  readonly platform: 'darwin' | 'win32' | 'linux';
  readonly arch: 'x64' | 'arm64';
}

export const TARGETS: readonly Target[] = [
  { platform: 'darwin', arch: 'arm64' },
  { platform: 'darwin', arch: 'x64' },
  { platform: 'win32', arch: 'x64' },
  { platform: 'win32', arch: 'arm64' },
  { platform: 'linux', arch: 'x64' },
  { platform: 'linux', arch: 'arm64' },
];

export const nameOf = ({ platform, arch }: Target): string => `${platform}-${arch}`;

export function targetNamed(name: string): Target {
  const found = TARGETS.find((one) => nameOf(one) === name);
  if (found === undefined) throw new Error(`no target ${name}; there are ${TARGETS.map(nameOf).join(', ')}`);
  return found;
}

/** electron-builder's words for a system. */
export const BUILDER_FLAG = { darwin: '--mac', win32: '--win', linux: '--linux' } as const;
