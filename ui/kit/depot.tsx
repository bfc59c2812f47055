// How components ask the depot and tell it what to do: two hooks over one transport.
import { QueryClient, QueryClientProvider, useMutation, useQuery } from "@tanstack/react-query";
import type { UseMutationResult, UseQueryResult } from "@tanstack/react-query";
import { createContext, useContext, useEffect, useState, useSyncExternalStore } from "react";
import type { ReactNode } from "react";
import { Freshness } from "@kit/freshness";
import { DepotError } from "@kit/problem";
import type { Answered, CommandMessage, Connection, ExecuteOptions, QueryMessage, Transport } from "@kit/protocol";

const RETRIES_MOST = 2;

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

/** The depot's answer to a query; asked again when a change touches a topic the answer was made from. */
export function useDepotQuery<Answer>(
  query: QueryMessage,
  options: { enabled?: boolean } = {},
): UseQueryResult<Answer, DepotError> {
  const { transport, freshness } = useDepot();
  return useQuery<Answered<Answer>, DepotError, Answer>({
    queryKey: [query],
    queryFn: async () => {
      const answered = await transport.query<Answer>(query);
      freshness.onAnswer(answered);
      return answered;
    },
    select: answerOf,
    // With another filter or page, the last rows stay until the new ones are there, rather than a flash of nothing.
    placeholderData: (previous) => previous,
    ...options,
  });
}

export interface Execution extends Pick<ExecuteOptions, "expectedVersion"> {
  readonly command: CommandMessage;
}

/** A command on its way to the depot. A reply that got lost is asked for again under the same key. */
export function useDepotCommand<Reply = unknown>(): UseMutationResult<Reply, DepotError, Execution> {
  const { transport } = useDepot();
  return useMutation<Reply, DepotError, Execution>({
    mutationFn: async ({ command, ...options }) => {
      const idempotencyKey = makeIdempotencyKey();
      for (let retries = 0; ; retries += 1) {
        try {
          return (await transport.execute(command, { ...options, idempotencyKey })) as Reply;
        } catch (error) {
          const problem = DepotError.from(error);
          if (!problem.isUnreachable || retries === RETRIES_MOST) throw problem;
        }
      }
    },
  });
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
        retry: (failures, error) => DepotError.from(error).isUnreachable && failures < RETRIES_MOST,
      },
      mutations: { networkMode: "always", retry: false },
    },
  });
}

/** 128 random bits. Not `crypto.randomUUID`, which a page on plain HTTP does not have. */
function makeIdempotencyKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
