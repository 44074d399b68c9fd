import type { SimulatedPhone } from '../phone.ts';
import { createAfc } from './afc/index.ts';
import { createDiagnosticsRelay } from './diagnostics-relay.ts';
import { createHeartbeat } from './heartbeat.ts';
import { createInstallationProxy } from './installation-proxy.ts';
import { createMcInstall } from './mc-install.ts';
import { createNotificationProxy } from './notification-proxy.ts';
import { createSpringboardServices } from './springboard.ts';
import type { PhoneService } from './types.ts';

export type { PhoneService, ServiceConnection, Via } from './types.ts';

/** The services that every simulated phone offers besides mobilebackup2. One set per phone. */
export function createStandardServices(phone: SimulatedPhone): PhoneService[] {
  return [
    createAfc(phone),
    createNotificationProxy('session'),
    createNotificationProxy('insecure'),
    createHeartbeat(),
    createInstallationProxy(),
    createSpringboardServices(),
    createDiagnosticsRelay(),
    createMcInstall(),
  ];
}
