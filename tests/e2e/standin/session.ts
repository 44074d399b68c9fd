import { EventEmitter } from 'node:events';
import { webRequest } from './protocol.ts';
import { strict } from './strict.ts';

type RequestHandler = NonNullable<Parameters<Electron.Session['setPermissionRequestHandler']>[0]>;
type CheckHandler = NonNullable<Parameters<Electron.Session['setPermissionCheckHandler']>[0]>;
type DeviceHandler = NonNullable<Parameters<Electron.Session['setDevicePermissionHandler']>[0]>;

/** Headless Chromium asks nobody; here a test asks the shell's own handlers. */
class Session extends EventEmitter {
  readonly webRequest = webRequest;
  isSpellChecked = true;
  permissionRequest: RequestHandler | null = null;
  permissionCheck: CheckHandler | null = null;
  devicePermission: DeviceHandler | null = null;

  setPermissionRequestHandler(handler: RequestHandler | null): void {
    this.permissionRequest = handler;
  }
  setPermissionCheckHandler(handler: CheckHandler | null): void {
    this.permissionCheck = handler;
  }
  setDevicePermissionHandler(handler: DeviceHandler | null): void {
    this.devicePermission = handler;
  }
  setSpellCheckerEnabled(isOn: boolean): void {
    this.isSpellChecked = isOn;
  }
}

export const session = strict('session', { defaultSession: strict('defaultSession', new Session()) });
