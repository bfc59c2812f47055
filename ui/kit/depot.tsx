// How components ask the depot and tell it what to do: three hooks over one transport.
import type { CommandOutcome } from "@bindings/CommandOutcome";
import type { DepotCommand } from "@bindings/DepotCommand";
import {
  QueryClient,
  QueryClientProvider,
  keepPreviousData,
  useInfiniteQuery,
  useIsMutating,
  useMutation,
  useQueries,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";
import type { InfiniteData, Mutation, UseMutationResult, UseQueryResult } from "@tanstack/react-query";
import { createContext, useContext, useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import type { ReactNode } from "react";
import { Freshness } from "@kit/freshness";
import { isOutcomeUnknown, keyFor, settle } from "@kit/intention";
import type { OpenKeys } from "@kit/intention";
import { DepotError } from "@kit/problem";
import type { AnswerTo, Answered, Connection, ExecuteOptions, QueryName, QueryOf, Transport } from "@kit/protocol";

const RETRIES_MOST = 2;
/** Lateness comes with time, not with an event, so what shows it is asked for again without one. */
export const LATENESS_REFETCH_MS = 30_000;
/** For what people are told of while the page is hidden, as in a window that was closed to the tray. */
export const UNSEEN_TOO = { refetchInterval: LATENESS_REFETCH_MS, refetchIntervalInBackground: true } as const;

interface Depot {
  readonly transport: Transport;
  readonly freshness: Freshness;
}

const DepotContext = createContext<Depot | undefined>(undefined);

/** Gives everything below it one depot, and keeps what they see of it fresh. */
export function DepotProvider({ transport, children }: { transport: Transport; children: ReactNode }) {
  const [queries] = useState(makeQueryClient);
  const [depot] = useState<Depot>(() => ({ transport, freshness: new Freshness(queries) }));
  useEffect(() => depot.freshness.follow(depot.transport), [depot]);
  return (
    <DepotContext value={depot}>
      <QueryClientProvider client={queries}>{children}</QueryClientProvider>
    </DepotContext>
  );
}

interface QueryOptions {
  readonly enabled?: boolean;
  /** For views that show lateness. */
  readonly refetchInterval?: number;
  /** Whether that goes on while nobody sees the page, for what is told nevertheless. */
  readonly refetchIntervalInBackground?: boolean;
  /** Whether the last answer stays while another query of the same place is asked; not where it would be another thing's. */
  readonly keepPrevious?: boolean;
}

/** The depot's answer to a query; asked again when a change touches a topic the answer was made from. */
export function useDepotQuery<Name extends QueryName>(
  query: QueryOf<Name>,
  { keepPrevious = false, ...options }: QueryOptions = {},
): UseQueryResult<AnswerTo<Name>, DepotError> {
  const { transport, freshness } = useDepot();
  return useQuery<Answered<AnswerTo<Name>>, DepotError, AnswerTo<Name>>({
    queryKey: [query],
    queryFn: async () => {
      const answered = await transport.query<Name>(query);
      freshness.onAnswer(answered);
      return answered;
    },
    select: answerOf,
    ...(keepPrevious && { placeholderData: keepPreviousData }),
    ...options,
  });
}

/** The depot's answers to several queries of one name, in their order; undefined until all of them came. */
export function useDepotQueries<Name extends QueryName>(
  queries: readonly QueryOf<Name>[],
): { readonly data: readonly AnswerTo<Name>[] | undefined; readonly error: DepotError | null } {
  const { transport, freshness } = useDepot();
  return useQueries({
    queries: queries.map((query) => ({
      queryKey: [query] as const,
      queryFn: async () => {
        const answered = await transport.query<Name>(query);
        freshness.onAnswer(answered);
        return answered;
      },
    })),
    combine: (results) => {
      const answers = results.flatMap(({ data }) => (data === undefined ? [] : [data.answer]));
      const failed = results.find(({ error }) => error !== null)?.error;
      return {
        data: answers.length === results.length ? answers : undefined,
        error: failed === undefined ? null : DepotError.from(failed),
      };
    },
  });
}

/** Where the next page of a list begins; a log's pages go by the sequence of its events. */
type NextPage = { readonly nextCursor: string | null } | { readonly nextBefore: number | null };

/** The queries whose answers come in pages. */
type PagedName = { [Name in QueryName]: AnswerTo<Name> extends NextPage ? Name : never }[QueryName];

export interface Pages<Page> {
  readonly pages: readonly Page[] | undefined;
  readonly error: DepotError | null;
  readonly isPending: boolean;
  /** Rows of another filter are still on show. */
  readonly isStale: boolean;
  readonly refetch: () => void;
  /** Undefined on the last page. */
  readonly loadMore: (() => void) | undefined;
  readonly isLoadingMore: boolean;
  /** Loads every page that is left, up to `PAGES_MOST` in all: for printing. */
  readonly loadAll: () => Promise<void>;
}

/** How many pages `loadAll` loads; more rows than these fill no paper that anybody reads. */
const PAGES_MOST = 100;

/** The pages of a list loaded so far, all of them kept fresh. */
export function useDepotPages<Name extends PagedName>(
  query: QueryOf<Name>,
  options: { readonly enabled?: boolean; readonly refetchInterval?: number } = {},
): Pages<AnswerTo<Name>> {
  type Page = Answered<AnswerTo<Name>>;
  const { transport, freshness } = useDepot();
  const result = useInfiniteQuery<Page, DepotError, InfiniteData<Page>, readonly [QueryOf<Name>, "pages"], string | number | null>({
    queryKey: [query, "pages"],
    queryFn: async ({ pageParam }) => {
      const answered = await transport.query<Name>({ ...query, ...placeOf(pageParam) });
      freshness.onAnswer(answered);
      return answered;
    },
    initialPageParam: null,
    getNextPageParam: ({ answer }) => nextOf(answer as NextPage),
    placeholderData: keepPreviousData,
    ...options,
  });
  const { data } = result;
  const pages = useMemo(() => data?.pages.map(answerOf), [data]);
  return {
    pages,
    error: result.error,
    isPending: result.isPending,
    isStale: result.isPlaceholderData,
    refetch: () => void result.refetch(),
    loadMore: result.hasNextPage ? () => void result.fetchNextPage() : undefined,
    isLoadingMore: result.isFetchingNextPage,
    loadAll: async () => {
      for (let last = result; last.hasNextPage && (last.data?.pages.length ?? 0) < PAGES_MOST; ) {
        // One after the other by design: each page names where the next one begins.
        // oxlint-disable-next-line no-await-in-loop
        last = (await result.fetchNextPage()) as typeof result;
        if (last.isError) throw last.error;
      }
    },
  };
}

function nextOf(page: NextPage): string | number | null {
  return "nextCursor" in page ? page.nextCursor : page.nextBefore;
}

function placeOf(next: string | number | null): { cursor?: string; before?: number } {
  if (next === null) return {};
  return typeof next === "number" ? { before: next } : { cursor: next };
}

export interface Execution extends Pick<ExecuteOptions, "expectedVersion" | "photos"> {
  readonly command: DepotCommand;
  /** Unless given, one that the command keeps until its outcome is known. */
  readonly idempotencyKey?: string;
}

/** A command on its way to the depot. A reply that got lost is asked for again under the same key. */
export function useDepotCommand(): UseMutationResult<CommandOutcome, DepotError, Execution> {
  const { transport } = useDepot();
  const queries = useQueryClient();
  const open = useRef<OpenKeys>({});
  return useMutation<CommandOutcome, DepotError, Execution>({
    mutationFn: async ({ command, idempotencyKey = keyFor(open.current, command), ...options }) => {
      for (let retries = 0; ; retries += 1) {
        try {
          // One after the other by design: each try waits to learn that the one before it found no depot.
          // oxlint-disable-next-line no-await-in-loop
          const outcome = await transport.execute(command, { ...options, idempotencyKey });
          settle(open.current, command);
          return outcome;
        } catch (error) {
          const problem = DepotError.from(error);
          if (!isOutcomeUnknown(problem)) settle(open.current, command);
          if (!problem.isUnreachable || retries === RETRIES_MOST) throw problem;
        }
      }
    },
    onSuccess: () => {
      // The change notice that would refresh the screen does not come while the feed is broken.
      if (transport.connection.get() !== "live") void queries.invalidateQueries();
    },
  });
}

/** Asks once, outside of what is shown. */
export function useAsk(): <Name extends QueryName>(query: QueryOf<Name>) => Promise<AnswerTo<Name>> {
  const { transport } = useDepot();
  return async <Name extends QueryName>(query: QueryOf<Name>) => (await transport.query<Name>(query)).answer;
}

/** Whether this window is having the demo day loaded: until that is done, what is there changes from one event to the next. */
export function useIsLoadingDemo(): boolean {
  return useIsMutating({ predicate: isLoadingDemo }) > 0;
}

function isLoadingDemo({ state }: Mutation): boolean {
  const command = (state.variables as Execution | undefined)?.command;
  return command?.entity === "depot" && command.command.type === "loadDemo";
}

/** Who asks and what the depot is like. It changes with the first event, of which its topics do not tell. */
export function useSession(): UseQueryResult<AnswerTo<"session">, DepotError> {
  return useDepotQuery({ query: "session" }, { refetchInterval: LATENESS_REFETCH_MS });
}

/** Whether to offer changes at all; not until it is known. */
export function useMayChange(): boolean {
  return useSession().data?.mayChange ?? false;
}

/** Whether to offer what only whoever answers for the depot may do. */
export function useIsAdmin(): boolean {
  return useSession().data?.actor.role === "admin";
}

export function useConnection(): Connection {
  const { connection } = useDepot().transport;
  return useSyncExternalStore(connection.subscribe, connection.get);
}

export function useTransport(): Transport {
  return useDepot().transport;
}

function useDepot(): Depot {
  const depot = useContext(DepotContext);
  if (depot === undefined) throw new Error("There is no DepotProvider above this component.");
  return depot;
}

function answerOf<Answer>(answered: Answered<Answer>): Answer {
  return answered.answer;
}

function makeQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        // The browser's idea of being online says nothing about a depot on the LAN.
        networkMode: "always",
        // The depot says when an answer is out of date; neither age nor a focused window does.
        staleTime: Infinity,
        refetchOnWindowFocus: false,
        refetchOnReconnect: false,
        retry: (failures, error) => {
          const { isUnreachable, comeBackIn_ms } = DepotError.from(error);
          return (isUnreachable || comeBackIn_ms !== undefined) && failures < RETRIES_MOST;
        },
        retryDelay: (failures, error) => DepotError.from(error).comeBackIn_ms ?? 1_000 * 2 ** failures,
      },
      mutations: { networkMode: "always", retry: false },
    },
  });
}
