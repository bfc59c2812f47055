// Keeps answers fresh: compares what changed with what each answer was made from, and refetches what fell behind.
import type { Topic } from "@bindings/Topic";
import type { Query, QueryClient } from "@tanstack/react-query";
import type { Answered, Change, Transport } from "@kit/protocol";

/** Bursts of changes cost at most one round of queries in this time. */
const ROUND_MS = 250;
/** What changes without an event: an answer's sequence says nothing of whether it knows. */
const WITHOUT_EVENTS: ReadonlySet<Topic> = new Set(["phones", "files", "positions", "endpoint", "data"]);
/** More topics than any screen reads. Forgetting an old one costs only the race it guards against. */
const TOPICS_MOST = 4_096;

export class Freshness {
  /** The last event that touched each topic, the least recently touched topic first. */
  readonly #touched = new Map<string, number>();
  /** Of `WITHOUT_EVENTS`, what changed since the last round. */
  #told = new Set<Topic>();
  /** The same, of each query that waits for its first answer: until then nobody knows what it reads. */
  readonly #unheard = new Map<string, Set<Topic>>();
  #roundTimer: ReturnType<typeof setTimeout> | undefined;
  #lastRoundAt_ms = -Infinity;
  /** The last event that was told of. */
  #newest = 0;

  constructor(private readonly queries: QueryClient) {
    queries.getQueryCache().subscribe(({ query, type }) => {
      if (type === "removed") this.#unheard.delete(query.queryHash);
      else if (type === "updated" && query.state.data !== undefined) this.#onFirstAnswer(query);
    });
  }

  /** Follows a transport until the returned function is called. */
  follow(transport: Transport): () => void {
    // Before the first word of the depot, too: a change between an early answer and the open feed went unseen.
    let wasBroken = transport.connection.get() !== "live";
    const stopChanges = transport.subscribe((change) => this.onChange(change));
    const stopConnection = transport.connection.subscribe(() => {
      const isLive = transport.connection.get() === "live";
      // Changes may have passed by unseen while the connection was broken, so nothing on screen can be trusted.
      if (isLive && wasBroken) void this.queries.invalidateQueries();
      wasBroken = !isLive;
    });
    return () => {
      stopChanges();
      stopConnection();
      clearTimeout(this.#roundTimer);
      this.#roundTimer = undefined;
    };
  }

  onChange(change: Change): void {
    // The depot as a whole can change without an event, and with the demo day removed its log even becomes shorter:
    // sequences then compare with nothing, so every answer is asked for anew.
    if (change.sequence < this.#newest || change.topics.includes("depot")) {
      this.#touched.clear();
      this.#newest = change.sequence;
      void this.queries.invalidateQueries();
      return;
    }
    this.#newest = change.sequence;
    for (const topic of change.topics) {
      if (WITHOUT_EVENTS.has(topic)) this.#told.add(topic);
      this.#touched.delete(topic);
      this.#touched.set(topic, change.sequence);
    }
    for (const topic of this.#touched.keys()) {
      if (this.#touched.size <= TOPICS_MOST) break;
      this.#touched.delete(topic);
    }
    this.#scheduleRound();
  }

  /** For a query that has just been answered: a change may have overtaken the answer on its way. */
  onAnswer(answered: Answered<unknown>): void {
    if (this.#isBehind(answered)) this.#scheduleRound();
  }

  #onFirstAnswer(query: Query): void {
    const unheard = this.#unheard.get(query.queryHash);
    if (unheard === undefined) return;
    this.#unheard.delete(query.queryHash);
    const missed = answersIn(query.state.data).flatMap(({ topics }) => topics.filter((topic) => unheard.has(topic)));
    for (const topic of missed) this.#told.add(topic);
    if (missed.length > 0) this.#scheduleRound();
  }

  #isBehind(answered: Answered<unknown>): boolean {
    return answered.topics.some((topic) => (this.#touched.get(topic) ?? -Infinity) > answered.sequence);
  }

  #scheduleRound(): void {
    if (this.#roundTimer !== undefined) return;
    const wait_ms = Math.max(0, this.#lastRoundAt_ms + ROUND_MS - performance.now());
    this.#roundTimer = setTimeout(() => this.#round(), wait_ms);
  }

  #round(): void {
    this.#roundTimer = undefined;
    this.#lastRoundAt_ms = performance.now();
    const predicate = (query: Query): boolean => {
      return answersIn(query.state.data).some((answered) => this.#isBehind(answered));
    };
    // A fetch under way is let finish: cancelling it for each change would starve a slow query under steady load.
    // When its answer turns out to be behind, `onAnswer` asks for the next round.
    void this.queries.invalidateQueries({ predicate }, { cancelRefetch: false });
    const told = this.#told;
    this.#told = new Set();
    if (told.size === 0) return;
    const firsts = this.queries.getQueryCache().findAll({ fetchStatus: "fetching", predicate: ({ state }) => state.data === undefined });
    for (const { queryHash } of firsts) this.#unheard.set(queryHash, new Set([...told, ...(this.#unheard.get(queryHash) ?? [])]));
    const rests = (query: Query): boolean => answersIn(query.state.data).some(({ topics }) => topics.some((topic) => told.has(topic)));
    // Here a fetch under way is begun again: its answer may be older than what was told.
    void this.queries.invalidateQueries({ predicate: rests });
  }
}

/** A query holds one answer, or the answers of several pages; or what the window says of itself, which no change touches. */
function answersIn(data: unknown): readonly Answered<unknown>[] {
  if (data === undefined) return [];
  const { pages, topics } = data as { pages?: readonly Answered<unknown>[]; topics?: readonly Topic[] };
  return pages ?? (topics === undefined ? [] : [data as Answered<unknown>]);
}
