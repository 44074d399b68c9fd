/** Buttons beside errors, by the actions of `shared/errors`. */
export const errors = {
  'errorAction.enter-password': 'Enter Password…',
  'errorAction.unlock': 'Unlock…',
  'errorAction.turn-on-encryption': 'Turn On Encryption…',
  'errorAction.connect': 'How to Connect',
  'errorAction.choose-place': 'Show Destinations',
  'errorAction.verify': 'Verify',
  'errorAction.reload': 'Reload',
  'errorAction.apple-devices': 'Get Apple Devices',
  'errorAction.forgotten-password': 'I Do Not Remember It',
  'error.copy': 'Copy',
  'error.copied': 'Copied',
} as const;
