/** The local SQLite of this computer. Losing it loses no backup. */
export { Library, type VaultMemory } from './library.ts';
