export { type DescribeOptions, describeVolume } from './describe.ts';
export type { Answer, Attachment, TimeMachine, VolumeDescription } from './types.ts';
