export { AFC_SERVICE, AfcClient, type AfcHandle, type AfcStat } from './client.ts';
export { AFC_MODE } from './messages.ts';
