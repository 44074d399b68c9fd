import type {
  FaceProcedureName,
  InputOf,
  OutputOf,
  ProcedureName,
} from '../../../../shared/contract/procedures/index.ts';

/** What the engine itself answers; the rest belongs to the face around it. */
export type EngineProcedureName = Exclude<ProcedureName, FaceProcedureName>;

/** Inputs have been parsed by the carrier. */
export type Handler<N extends ProcedureName> = (input: InputOf<N>) => Promise<OutputOf<N>>;
export type Handlers<N extends ProcedureName = EngineProcedureName> = { readonly [K in N]: Handler<K> };

/** Procedures of topics, `phones.list` of "phones". */
export type Of<Topic extends string> = Extract<EngineProcedureName, `${Topic}.${string}`>;
