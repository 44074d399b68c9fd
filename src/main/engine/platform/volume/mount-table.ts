/** One line of /proc/self/mountinfo, proc_pid_mountinfo(5). */
export interface Mount {
  readonly id: string;
  /** `major:minor`; major 0 is a file system without a block device of its own. */
  readonly device: string;
  readonly mountPoint: string;
  readonly kind: string;
  /** What was mounted: a device's path, `server:/export`, or a word. */
  readonly source: string;
  readonly readOnly: boolean;
}

/** Spaces, tabs, line feeds and backslashes stand as three octal digits there. */
function withoutEscapes(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_all, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}

export function parseMountTable(text: string): Mount[] {
  const mounts: Mount[] = [];
  for (const line of text.split('\n')) {
    const [left, right] = line.split(' - ', 2);
    const fields = left?.split(' ') ?? [];
    const [kind, source, superOptions] = right?.split(' ') ?? [];
    const [id, , device, , mountPoint, options] = fields;
    if (id === undefined || device === undefined || mountPoint === undefined || options === undefined) continue;
    if (kind === undefined || source === undefined) continue;
    const isReadOnly = [options, superOptions ?? ''].some((each) => each.split(',').includes('ro'));
    mounts.push({
      id,
      device,
      mountPoint: withoutEscapes(mountPoint),
      kind,
      source: withoutEscapes(source),
      readOnly: isReadOnly,
    });
  }
  return mounts;
}

/** The mount that a real path lies in: the deepest, and of several in one place the last. */
export function mountOf(mounts: readonly Mount[], path: string): Mount | null {
  let best: Mount | null = null;
  for (const mount of mounts) {
    const { mountPoint } = mount;
    const isAbove = mountPoint === '/' || path === mountPoint || path.startsWith(`${mountPoint}/`);
    if (isAbove && (best === null || mountPoint.length >= best.mountPoint.length)) best = mount;
  }
  return best;
}
