/** NSKeyedArchiver archives, looked into where asked. Pure, and safe on hostile input. */
export { KeyedArchive } from './keyed-archive.ts';
