import { stringAt } from '../../engine/formats/plist/index.ts';
import type { SimulatedPhone } from '../phone.ts';
import { readRequest, sendReply } from './plist-service.ts';
import type { PhoneService, ServiceConnection } from './types.ts';

/**
 * notification_proxy: hosts observe the phone's notifications and post their own. Neither is acknowledged. The
 * insecure variant needs no session and carries the pairing notifications.
 */
export function createNotificationProxy(variant: 'session' | 'insecure'): PhoneService {
  return {
    name:
      variant === 'session' ? 'com.apple.mobile.notification_proxy' : 'com.apple.mobile.insecure_notification_proxy',
    access: variant === 'session' ? 'session' : 'anyone',
    serve: (connection, phone) => serveNotifications(connection, phone),
  };
}

async function serveNotifications({ wire, signal }: ServiceConnection, phone: SimulatedPhone): Promise<void> {
  const observed = new Set<string>();
  let sending = Promise.resolve();
  const send = (message: Record<string, string>): void => {
    // A host that cannot be reached any more ends the reading loop below; nothing is lost by dropping the relay.
    sending = sending.then(() => sendReply(wire, message, signal)).catch(() => undefined);
  };
  const stop = phone.notifications.observe((name) => {
    if (observed.has(name)) send({ Command: 'RelayNotification', Name: name });
  });
  try {
    for (let request = await readRequest(wire, signal); request !== null; request = await readRequest(wire, signal)) {
      const command = stringAt(request, 'Command');
      const name = stringAt(request, 'Name');
      if (command === 'ObserveNotification' && name !== undefined) {
        observed.add(name);
        phone.events.record('notification.observed', { name });
      }
      if (command === 'PostNotification' && name !== undefined) phone.notifications.postFromHost(name);
      if (command === 'Shutdown') {
        send({ Command: 'ProxyDeath' });
        return;
      }
    }
  } finally {
    stop();
    await sending;
  }
}
