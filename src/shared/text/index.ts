export { formatDuration } from './durations.ts';
export { formatBytes, formatRate } from './sizes.ts';
