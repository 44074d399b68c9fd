export * from './browse.ts';
export * from './devices.ts';
export * from './engine.ts';
export * from './failure.ts';
export * from './progress.ts';
export * from './snapshots.ts';
export * from './vault.ts';
export * from './verification.ts';
