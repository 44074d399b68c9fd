import {
  createContext,
  type ReactNode,
  useCallback,
  useContext,
  useEffect,
  useRef,
  useState,
  useSyncExternalStore,
} from 'react';
import type {
  EngineClient,
  EngineEvent,
  InputOf,
  JobView,
  OutputOf,
  ProcedureName,
} from '../../shared/contract/procedures/index.ts';
import { BackstopError } from '../../shared/errors/index.ts';
import { JobStore } from './job-store.ts';

/** The page's hold on the engine: one client, questions that are asked again when their topic changes, and jobs. */

export type Topic = Extract<EngineEvent, { type: 'changed' }>['topic'];

const EngineContext = createContext<EngineClient | null>(null);
const JobsContext = createContext<JobStore | null>(null);

export function EngineProvider({ client, children }: { readonly client: EngineClient; readonly children: ReactNode }) {
  const [store] = useState(() => new JobStore(client));
  return (
    <EngineContext value={client}>
      <JobsContext value={store}>{children}</JobsContext>
    </EngineContext>
  );
}

export function useEngine(): EngineClient {
  const client = useContext(EngineContext);
  if (client === null) throw new Error('no engine around this component');
  return client;
}

export interface Query<T> {
  /** The newest answer; stays while it is asked again, so that nothing jumps. */
  readonly data: T | undefined;
  readonly error: BackstopError | null;
  readonly isLoading: boolean;
  readonly reload: () => void;
}

/** Asks, and asks again when one of the topics changed or the input did. `input` null: not yet. */
export function useQuery<N extends ProcedureName>(
  name: N,
  input: InputOf<N> | null,
  topics: readonly Topic[] = [],
): Query<OutputOf<N>> {
  const client = useEngine();
  const key = input === null ? null : JSON.stringify(input);
  const [state, setState] = useState<{
    readonly key: string | null;
    readonly data: OutputOf<N> | undefined;
    readonly error: BackstopError | null;
  }>({ key: null, data: undefined, error: null });
  const [turn, setTurn] = useState(0);
  const reload = useCallback(() => setTurn((one) => one + 1), []);
  const topicKey = topics.join(' ');

  // biome-ignore lint/correctness/useExhaustiveDependencies: `turn` asks again; the input is compared by its key.
  useEffect(() => {
    if (key === null) return;
    let isCurrent = true;
    client.call(name, JSON.parse(key) as InputOf<N>).then(
      (data) => isCurrent && setState({ key, data, error: null }),
      (error: unknown) => isCurrent && setState((old) => ({ key, data: old.data, error: asBackstopError(error) })),
    );
    return () => {
      isCurrent = false;
    };
  }, [client, name, key, turn]);

  useEffect(() => {
    if (topicKey === '') return;
    return client.onEvent((event) => {
      if (event.type === 'changed' && topicKey.split(' ').includes(event.topic)) reload();
      if (event.type === 'engine' && event.state === 'ready') reload();
    });
  }, [client, topicKey, reload]);

  const isFresh = state.key === key;
  return {
    data: key === null ? undefined : state.data,
    error: isFresh ? state.error : null,
    isLoading: key !== null && (!isFresh || (state.data === undefined && state.error === null)),
    reload,
  };
}

export interface Action<N extends ProcedureName> {
  /** Null: it failed, and `error` says why. */
  readonly run: (input: InputOf<N>) => Promise<OutputOf<N> | null>;
  readonly isRunning: boolean;
  readonly error: BackstopError | null;
  readonly clear: () => void;
}

/** A question that changes something, asked when somebody presses a button. */
export function useAction<N extends ProcedureName>(name: N): Action<N> {
  const client = useEngine();
  const [isRunning, setRunning] = useState(false);
  const [error, setError] = useState<BackstopError | null>(null);
  const isMounted = useRef(true);
  useEffect(() => {
    isMounted.current = true;
    return () => {
      isMounted.current = false;
    };
  }, []);
  const run = useCallback(
    async (input: InputOf<N>): Promise<OutputOf<N> | null> => {
      setRunning(true);
      setError(null);
      try {
        return await client.call(name, input);
      } catch (failure) {
        if (isMounted.current) setError(asBackstopError(failure));
        return null;
      } finally {
        if (isMounted.current) setRunning(false);
      }
    },
    [client, name],
  );
  const clear = useCallback(() => setError(null), []);
  return { run, isRunning, error, clear };
}

/** All jobs that run, wait or ended lately, the newest first. */
export function useJobs(): readonly JobView[] {
  const store = useContext(JobsContext);
  if (store === null) throw new Error('no engine around this component');
  return useSyncExternalStore(store.subscribe, store.read);
}

export function useJob(id: string | null): JobView | null {
  const jobs = useJobs();
  return id === null ? null : (jobs.find((one) => one.id === id) ?? null);
}

export const isLive = (job: JobView): boolean =>
  job.state === 'waiting' || job.state === 'running' || job.state === 'cancelling';

export function asBackstopError(error: unknown): BackstopError {
  if (error instanceof BackstopError) return error;
  return new BackstopError('internal/bug', {
    data: { detail: error instanceof Error ? error.message : String(error) },
  });
}
