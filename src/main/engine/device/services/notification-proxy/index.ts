export { NOTIFICATION, NOTIFICATION_PROXY_SERVICE, NotificationProxyClient } from './client.ts';
