export { type PlistDict, type PlistLimits, PlistReal, PlistUid, type PlistValue } from './types.ts';
