export { type DescribeOptions, describeVolume } from './describe.ts';
export { mountPoints } from './mount-points.ts';
export type { Answer, Attachment, TimeMachine, VolumeDescription } from './types.ts';
