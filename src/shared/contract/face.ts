import { z } from 'zod';

/**
 * What the desktop's shell and its pages say to each other besides questions to the engine: menu commands one way, a few
 * wishes of the popover the other. They share the frames' road and are told apart by `type`.
 */

/** Menu items and shortcuts (ux.md § 19) that the page carries out where it is. */
export const faceCommand = z.enum([
  'back-up',
  'cancel-backup',
  'show-history',
  'show-browse',
  'show-changes',
  'show-verify',
  'find',
  'search-all',
  'older-backup',
  'newer-backup',
  'back',
  'forward',
  'export',
  'pin',
  'inspector',
  'sidebar',
]);
export type FaceCommand = z.infer<typeof faceCommand>;

/** A place in the window, as its address after `#` has it: "/settings", "/job?job=…". The page reads it as any address. */
export const faceRoute = z
  .string()
  .max(2000)
  .regex(/^\/[a-z-]*(\?[A-Za-z0-9%&=+._~*-]*)?$/);

/** Shell to page. */
export const faceTold = z.discriminatedUnion('told', [
  z.strictObject({ type: z.literal('face'), told: z.literal('command'), command: faceCommand }),
  /** Switch to the phone at this place of the list, from 0. */
  z.strictObject({ type: z.literal('face'), told: z.literal('phone'), index: z.number().int().min(0).max(8) }),
  z.strictObject({ type: z.literal('face'), told: z.literal('go'), route: faceRoute }),
  /** For the toolbar: without traffic lights in full screen, dimmed when another window is in front. */
  z.strictObject({
    type: z.literal('face'),
    told: z.literal('window'),
    isFocused: z.boolean(),
    isFullScreen: z.boolean(),
    isMaximized: z.boolean(),
  }),
  /** To the popover: what it shows. Its actions are named by id. */
  z.strictObject({
    type: z.literal('face'),
    told: z.literal('status'),
    state: z.string(),
    first: z.string(),
    second: z.string(),
    percent: z.number().min(0).max(100).nullable(),
    /** Phones that the first lines do not speak of, each with what can be done; null: nothing now. */
    phones: z.array(
      z.strictObject({
        name: z.string(),
        line: z.string(),
        act: z.strictObject({ id: z.string(), label: z.string() }).nullable(),
      }),
    ),
    actions: z.array(z.strictObject({ id: z.string().max(100), label: z.string(), isEnabled: z.boolean() })),
  }),
]);
export type FaceTold = z.infer<typeof faceTold>;

/** Page to shell. */
export const faceWish = z.discriminatedUnion('wish', [
  /** The page listens now: tell it what there is to tell. */
  z.strictObject({ type: z.literal('face'), wish: z.literal('hello') }),
  /** What the page can carry out now: the other menu items cannot be chosen. */
  z.strictObject({ type: z.literal('face'), wish: z.literal('can'), commands: z.array(faceCommand).max(50) }),
  /** An action of the popover was chosen. */
  z.strictObject({ type: z.literal('face'), wish: z.literal('act'), id: z.string().max(100) }),
  /** The popover needs this height. */
  z.strictObject({ type: z.literal('face'), wish: z.literal('height'), pixels: z.number().int().min(40).max(800) }),
  z.strictObject({ type: z.literal('face'), wish: z.literal('close') }),
]);
export type FaceWish = z.infer<typeof faceWish>;
