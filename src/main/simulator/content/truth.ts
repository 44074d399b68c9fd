import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { fileIdOf } from './file-id.ts';
import type { TruthSection } from './kinds/kind.ts';
import type { PhoneFile } from './types.ts';

/** Characters gathered before they are written. */
const CHUNK = 1 << 18;

/** Streams the ground truth to a file. Its shape is in the simulator's README. */
export async function writeTruthFile(
  file: string,
  udid: string,
  rows: Iterable<PhoneFile>,
  sections: readonly TruthSection[],
): Promise<void> {
  const handle = await open(file, 'w');
  try {
    let waiting = '';
    const write = async (text: string): Promise<void> => {
      waiting += text;
      if (waiting.length < CHUNK) return;
      await handle.write(waiting);
      waiting = '';
    };
    await write(`{"udid":${JSON.stringify(udid)},"files":[`);
    let first = true;
    for (const row of rows) {
      if (row.kind !== 'file') continue;
      await write(`${first ? '' : ','}\n${JSON.stringify(fileTruth(row))}`);
      first = false;
    }
    await write('\n],"items":{');
    for (const [index, section] of sections.entries()) {
      await write(`${index === 0 ? '' : ','}\n${JSON.stringify(section.name)}:[`);
      let firstItem = true;
      for (const item of section.rows()) {
        await write(`${firstItem ? '' : ','}\n${JSON.stringify(item)}`);
        firstItem = false;
      }
      await write(']');
    }
    await write('\n}}\n');
    await handle.write(waiting);
  } finally {
    await handle.close();
  }
}

function fileTruth(row: PhoneFile): Readonly<Record<string, unknown>> {
  const digest = createHash('sha256');
  let size = 0;
  for (const chunk of row.read()) {
    digest.update(chunk);
    size += chunk.length;
  }
  return {
    domain: row.domain,
    relativePath: row.relativePath,
    fileId: fileIdOf(row.domain, row.relativePath),
    size,
    sha256: digest.digest('hex'),
    ...(row.encryptedOnly ? { encryptedOnly: true } : {}),
  };
}
