export { dateInSentence, whenInSentence } from './when.ts';
export { type ShellTextKey, shellCount, shellText } from './words.ts';
