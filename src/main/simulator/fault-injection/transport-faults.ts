import { z } from 'zod';
import type { FaultRequest } from '../faults.ts';
import type { Json, JsonObject } from '../json.ts';

const count = z.number().int().nonnegative();

/** Where in a connection: after so many plain bytes (inside TLS), sent by the phone or received by it. */
const wirePlace = z.strictObject({
  service: z.string().min(1),
  bytes: count.default(0),
  direction: z.enum(['sent', 'received']).default('sent'),
});
const servicePlace = z.strictObject({ service: z.string().min(1) });
const requestPlace = z.strictObject({
  request: z.string().optional(),
  service: z.string().optional(),
  key: z.string().optional(),
  domain: z.string().optional(),
});

const wireFault = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('drop'), how: z.enum(['close', 'reset']).default('close') }),
  z.strictObject({ kind: z.literal('stall'), ms: z.number().positive().nullable().default(null) }),
  z.strictObject({
    kind: z.literal('garbage'),
    length: z
      .number()
      .int()
      .positive()
      .max(1 << 20)
      .default(64),
  }),
  z.strictObject({
    kind: z.literal('wrong-length'),
    length: z.number().int().nonnegative().max(0xffffffff).default(0x7fffffff),
  }),
  z.strictObject({
    kind: z.literal('slow'),
    length: z.number().int().positive().default(4096),
    segment: z.number().int().positive().default(1),
    delayMs: z.number().nonnegative().default(0),
  }),
  z.strictObject({ kind: z.literal('detach'), reattachAfterMs: z.number().nonnegative().nullable().default(null) }),
]);

const tlsFault = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('tls-wrong-certificate') }),
  z.strictObject({ kind: z.literal('tls-refused') }),
  z.strictObject({ kind: z.literal('tls-garbage') }),
  z.strictObject({ kind: z.literal('tls-stall') }),
]);

const requestFault = z.strictObject({ kind: z.literal('lockdown-error'), error: z.string().min(1) });
const refusalFault = z.strictObject({
  kind: z.literal('refuse-connect'),
  result: z.number().int().positive().default(3),
});

const repetition = z.object({ times: z.number().int().positive().default(1), skip: count.default(0) });

export type WireFault = z.infer<typeof wireFault> & z.infer<typeof wirePlace>;
export type TlsFault = z.infer<typeof tlsFault>;

const WIRE_KINDS = new Set(['drop', 'stall', 'garbage', 'wrong-length', 'slow', 'detach']);
const TLS_KINDS = new Set(['tls-wrong-certificate', 'tls-refused', 'tls-garbage', 'tls-stall']);

interface Armed<F, P> {
  readonly fault: F;
  readonly place: P;
  /** Occasions that are let pass first. */
  skip: number;
  times: number;
}

/**
 * The faults below the services: on the wire, in the TLS handshake, in lockdownd's answers. Each counts down where
 * it is used: a wire or TLS fault per connection to its service, a lockdown error per matching request.
 */
export class TransportFaults {
  #wire: Armed<z.infer<typeof wireFault>, z.infer<typeof wirePlace>>[] = [];
  #tls: Armed<TlsFault, z.infer<typeof servicePlace>>[] = [];
  #requests: Armed<z.infer<typeof requestFault>, z.infer<typeof requestPlace>>[] = [];
  #refusals: Armed<z.infer<typeof refusalFault>, z.infer<typeof servicePlace>>[] = [];

  /** See `PhoneService.armFault`. A wire kind whose `at` names more than service, bytes and direction is not ours. */
  arm(request: FaultRequest): boolean {
    const { kind } = request;
    if (WIRE_KINDS.has(kind)) {
      if (!onlyHas(request.at, ['service', 'bytes', 'direction']) || request.at['service'] === undefined) return false;
      this.#wire.push(parseFault(wireFault, wirePlace, request));
    } else if (TLS_KINDS.has(kind)) {
      this.#tls.push(parseFault(tlsFault, servicePlace, request));
    } else if (kind === 'lockdown-error') {
      this.#requests.push(parseFault(requestFault, requestPlace, request));
    } else if (kind === 'refuse-connect') {
      this.#refusals.push(parseFault(refusalFault, servicePlace, request));
    } else {
      return false;
    }
    return true;
  }

  clear(): void {
    this.#wire = [];
    this.#tls = [];
    this.#requests = [];
    this.#refusals = [];
  }

  /** The faults of a connection that opens now, in the order of their places. */
  forConnection(service: string): WireFault[] {
    const due = use(this.#wire, (place) => place.service === service);
    return due.map(({ fault, place }) => ({ ...fault, ...place })).sort((a, b) => a.bytes - b.bytes);
  }

  forHandshake(service: string): TlsFault | null {
    return use(this.#tls, (place) => place.service === service)[0]?.fault ?? null;
  }

  /** The error name that lockdownd has to answer to this request, if any. */
  lockdownError(request: {
    readonly request: string;
    service?: string | undefined;
    key?: string | undefined;
    domain?: string | undefined;
  }): string | null {
    const due = use(
      this.#requests,
      (place) =>
        (place.request ?? request.request) === request.request &&
        (place.service === undefined || place.service === request.service) &&
        (place.key === undefined || place.key === request.key) &&
        (place.domain === undefined || place.domain === request.domain),
    );
    return due[0]?.fault.error ?? null;
  }

  /** The usbmuxd result with which a Connect to this service's port has to be refused, if any. */
  refusal(service: string): number | null {
    return use(this.#refusals, (place) => place.service === service)[0]?.fault.result ?? null;
  }

  get armedCount(): number {
    return this.#wire.length + this.#tls.length + this.#requests.length + this.#refusals.length;
  }
}

/** Takes one occasion from every armed fault that matches; those used up leave the list. */
function use<F, P>(list: Armed<F, P>[], matches: (place: P) => boolean): Armed<F, P>[] {
  const due: Armed<F, P>[] = [];
  for (const armed of [...list]) {
    if (!matches(armed.place)) continue;
    if (armed.skip > 0) {
      armed.skip -= 1;
      continue;
    }
    due.push(armed);
    armed.times -= 1;
    if (armed.times === 0) list.splice(list.indexOf(armed), 1);
  }
  return due;
}

function parseFault<F, P>(fault: z.ZodType<F>, place: z.ZodType<P>, request: FaultRequest): Armed<F, P> {
  const { times, skip, ...options } = request.options as { times?: Json; skip?: Json } & JsonObject;
  return {
    fault: parse(fault, { kind: request.kind, ...options }),
    place: parse(place, request.at),
    ...parse(repetition, { ...(times === undefined ? {} : { times }), ...(skip === undefined ? {} : { skip }) }),
  };
}

function parse<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new Error(z.prettifyError(result.error).replaceAll('\n', ' '));
}

function onlyHas(value: JsonObject, keys: readonly string[]): boolean {
  return Object.keys(value).every((key) => keys.includes(key));
}
