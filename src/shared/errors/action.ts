/** What a window can offer beside the sentence. `again` is offered where the same thing may be asked for once more. */
export type ErrorAction =
  | 'enter-password'
  | 'unlock'
  | 'turn-on-encryption'
  | 'connect'
  | 'choose-place'
  | 'verify'
  | 'reload'
  | 'apple-devices'
  | 'forgotten-password';
