import { join } from 'node:path';
import type { RescueResult, WorkOptions } from '../../../shared/contract/index.ts';
import { openPrivateDatabase } from '../browse/index.ts';
import { runRescue } from '../rescue/index.ts';
import { connectTrusted, type PhoneAccess } from './phones.ts';

export interface RescuePlan {
  readonly udid: string | null;
  readonly directory: string;
  /** Folders of vaults: nothing is rescued into them. */
  readonly outside: readonly string[];
  readonly home: string;
}

/** Copies a phone's photos and videos into a folder, straight from the phone. */
export async function rescuePhone(
  access: PhoneAccess,
  { udid, directory, outside, home }: RescuePlan,
  options: WorkOptions,
): Promise<RescueResult> {
  await using phone = await connectTrusted(access, udid, options);
  const workFolder = join(home, 'private');
  return await runRescue(
    {
      udid: phone.udid,
      name: phone.name,
      directory,
      outside,
      openFiles: () => phone.mediaFiles({ signal: options.signal }),
      openLibrary: (parts) => openPrivateDatabase(parts, workFolder),
    },
    options,
  );
}
