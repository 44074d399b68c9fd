/** A direct copy of a phone's photos and videos. */
export { type RescueRequest, runRescue } from './run-rescue.ts';
