export { AfcClient } from './client.ts';
export { AFC_MODE } from './messages.ts';
export { type AfcDevice, type AfcHandle, AfcReader, type AfcReadOptions, type AfcStat } from './reader.ts';

export const AFC_SERVICE = 'com.apple.afc';
