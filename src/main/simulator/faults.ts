import type { JsonObject } from './json.ts';

/**
 * A fault as a command or a scenario file asks for it:
 * `{"cmd":"fault","kind":"drop","at":{"service":"com.apple.afc","bytes":4096},"times":1}`.
 * `kind` says what happens, `at` says where, everything else is an option of the kind.
 */
export interface FaultRequest {
  readonly kind: string;
  /** `{}` when the command has none. */
  readonly at: JsonObject;
  /** The command's other fields, without `cmd`, `udid`, `kind` and `at`. */
  readonly options: JsonObject;
}
