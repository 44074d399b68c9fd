import { z } from 'zod';
import type { FaultRequest } from '../../faults.ts';
import type { JsonObject } from '../../json.ts';

const repetition = z.object({
  times: z.number().int().positive().default(1),
  skip: z.number().int().nonnegative().default(0),
});

/** A fault that waits for its place. */
export interface Armed<Fault, Place> {
  readonly fault: Fault;
  readonly place: Place;
  /** Occasions that are let pass first. */
  skip: number;
  times: number;
}

/** Throws an Error with a sentence for values that the kind does not know. */
export function armedFault<Fault, Place>(
  fault: z.ZodType<Fault>,
  place: z.ZodType<Place>,
  request: FaultRequest,
): Armed<Fault, Place> {
  const { times, skip, ...options } = request.options;
  return {
    fault: parse(fault, { kind: request.kind, ...options }),
    place: parse(place, request.at),
    ...parse(repetition, { ...(times === undefined ? {} : { times }), ...(skip === undefined ? {} : { skip }) }),
  };
}

/** Takes one occasion from every fault whose place it is; those used up leave the list. */
export function takeDue<Fault, Place>(list: Armed<Fault, Place>[], isHere: (place: Place) => boolean): Fault[] {
  const due: Fault[] = [];
  for (const armed of [...list]) {
    if (!isHere(armed.place)) continue;
    if (armed.skip > 0) {
      armed.skip -= 1;
      continue;
    }
    due.push(armed.fault);
    armed.times -= 1;
    if (armed.times === 0) list.splice(list.indexOf(armed), 1);
  }
  return due;
}

export function kindsOf(fault: { readonly options: readonly { readonly shape: { readonly kind: z.ZodLiteral } }[] }) {
  return new Set(fault.options.map((option) => String(option.shape.kind.value)));
}

function parse<T>(schema: z.ZodType<T>, value: JsonObject): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new Error(z.prettifyError(result.error).replaceAll('\n', ' '));
}
