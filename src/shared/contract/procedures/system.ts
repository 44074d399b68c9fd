import { z } from 'zod';
import { bytes, count, done, facts, nothing, placeToken, time, udid } from './common.ts';
import { procedure } from './procedure.ts';

/** The program itself: what it is, what it remembers, what it did. */

export const settings = z.object({
  appearance: z.enum(['system', 'light', 'dark']),
  /** BCP 47; null: the system's. */
  language: z.string().max(35).nullable(),
  openAtLogin: z.boolean(),
  menuBarIcon: z.boolean(),
  lockBrowsing: z.boolean(),
  autoLockMinutes: z.number().int().min(1).max(240),
  verifyAfterUsb: z.enum(['quick', 'full']),
  verifyAfterWifi: z.enum(['quick', 'full']),
  /** Days without a verified backup after which a phone is no longer called protected. */
  limitDays: z.number().int().min(1).max(60),
  notifyDone: z.boolean(),
  notifyProblems: z.boolean(),
  checkForUpdates: z.boolean(),
  bytesPerSecond: z.number().int().positive().nullable(),
  /** Which hints the owner closed. */
  dismissedHints: z.array(z.string().max(60)).max(100),
  firstRunStep: z.enum(['connect', 'where', 'password', 'wifi', 'backup', 'done']),
});
export type Settings = z.infer<typeof settings>;

export const activityEntry = z.object({
  id: z.number().int(),
  at: time,
  /** What happened, in a code of its own: `backup-done`, `verified`, `failed`, `forgotten` …; the face owns the words. */
  what: z.string(),
  udid: udid.nullable(),
  vault: z.string().nullable(),
  snapshot: z.string().nullable(),
  facts,
});
export type ActivityEntry = z.infer<typeof activityEntry>;

export const systemProcedures = {
  'system.info': procedure(
    nothing,
    z.object({
      version: z.string(),
      platform: z.enum(['darwin', 'win32', 'linux']),
      computerName: z.string(),
      face: z.enum(['desktop', 'browser']),
      keychain: z.enum(['keychain', 'credential-manager', 'secret-service', 'none']),
      /** Can a folder be shown in Finder or Explorer? */
      canReveal: z.boolean(),
      canOpenAtLogin: z.boolean(),
      timeZone: z.string(),
      cacheBytes: bytes,
    }),
  ),
  'settings.get': procedure(nothing, settings),
  'settings.set': procedure(settings.partial(), settings),
  'activity.list': procedure(
    z.strictObject({
      before: z.number().int().nullable(),
      limit: z.number().int().min(1).max(200),
      udid: udid.nullable(),
      what: z.enum(['all', 'backups', 'verification', 'problems', 'changes']),
    }),
    z.object({ entries: z.array(activityEntry), more: z.boolean() }),
  ),
  'cache.clear': procedure(nothing, z.object({ freedBytes: bytes })),
  /** A file for whoever helps: no content, no passwords; names only if wanted. Read it before you send it. */
  'diagnostics.save': procedure(
    z.strictObject({ place: placeToken, withNames: z.boolean() }),
    z.object({ file: z.string(), lines: count }),
  ),
  /** A dialog of the system for choosing a folder, where the face has one. Null: closed without choosing. */
  'system.pickFolder': procedure(
    z.strictObject({ purpose: z.enum(['vault', 'export', 'open-backup']) }),
    z.object({ place: z.object({ token: placeToken, name: z.string(), path: z.string() }).nullable() }),
  ),
  /** Shows a folder that the engine made or was given. */
  'system.reveal': procedure(z.strictObject({ place: placeToken }), done),
  /** Opens a page of a fixed list, in the browser. */
  'system.openHelp': procedure(
    z.strictObject({ page: z.enum(['forgotten-password', 'apple-devices', 'cables']) }),
    done,
  ),
  /** Touch ID, where there is one. */
  'system.unlock': procedure(nothing, z.object({ unlocked: z.boolean() })),
} as const;
