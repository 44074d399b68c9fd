export { inspectPhone, type PhoneFacts } from './inspect.ts';
export { type ConnectedPhone, choosePhone, listPhones, watchPhones } from './list.ts';
export { type BackupSettings, type OpenPhoneOptions, openPhone, Phone } from './phone.ts';
