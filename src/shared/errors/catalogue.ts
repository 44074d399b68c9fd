import { appErrors } from './areas/app.ts';
import { backupErrors } from './areas/backup.ts';
import { browseErrors } from './areas/browse.ts';
import { cleanupErrors } from './areas/cleanup.ts';
import { cliErrors } from './areas/cli.ts';
import { deviceErrors } from './areas/device.ts';
import { exportErrors } from './areas/export.ts';
import { formatsErrors } from './areas/formats.ts';
import { internalErrors } from './areas/internal.ts';
import { pairingErrors } from './areas/pairing.ts';
import { rescueErrors } from './areas/rescue.ts';
import { serverErrors } from './areas/server.ts';
import { simulatorErrors } from './areas/simulator.ts';
import { usbmuxErrors } from './areas/usbmux.ts';
import { vaultErrors } from './areas/vault.ts';
import { verifyErrors } from './areas/verify.ts';
import type { ErrorEntry } from './entry.ts';

const all = {
  ...internalErrors,
  ...appErrors,
  ...usbmuxErrors,
  ...deviceErrors,
  ...pairingErrors,
  ...backupErrors,
  ...vaultErrors,
  ...formatsErrors,
  ...verifyErrors,
  ...exportErrors,
  ...browseErrors,
  ...cleanupErrors,
  ...rescueErrors,
  ...cliErrors,
  ...serverErrors,
  ...simulatorErrors,
} as const;

/** Every stable code of the product, `area/kebab-case`. */
export type ErrorCode = keyof typeof all;

/** The dictionary: code → what happened → is my last version safe? → what next. */
export const catalogue: Readonly<Record<ErrorCode, ErrorEntry>> = all;
