// A depot for component tests: answers what the test lays out, and remembers what it was told.
import type { CommandOutcome } from "@bindings/CommandOutcome";
import type { DepotCommand } from "@bindings/DepotCommand";
import type { ExportFormat } from "@bindings/ExportFormat";
import { ConnectionCell } from "@kit/connection";
import { DepotError } from "@kit/problem";
import type { AnswerTo, Answered, Change, ExecuteOptions, QueryName, QueryOf, Saved, Transport } from "@kit/protocol";

/** How the laid-out depot answers each query: by the answer itself, or by making it. */
type Answers = { [Name in QueryName]?: AnswerTo<Name> | ((query: QueryOf<Name>) => AnswerTo<Name>) };

export class FakeDepot implements Transport {
  readonly kind = "window";
  readonly connection = new ConnectionCell("live");
  readonly asked: object[] = [];
  readonly executed: Array<{ command: DepotCommand; options: ExecuteOptions }> = [];
  readonly saved: Array<{ query: object; format: ExportFormat }> = [];
  /** Given back by the next commands; a thrown problem is a refusal. */
  onExecute: (command: DepotCommand) => Partial<CommandOutcome> = () => ({});
  sequence = 1;
  readonly #listeners = new Set<(change: Change) => void>();

  constructor(readonly answers: Answers = {}) {}

  async execute(command: DepotCommand, options: ExecuteOptions): Promise<CommandOutcome> {
    this.executed.push({ command, options });
    return { id: "", version: 1, sequence: this.sequence, changed: true, message: "", ...this.onExecute(command) };
  }

  async query<Name extends QueryName>(query: QueryOf<Name>): Promise<Answered<AnswerTo<Name>>> {
    this.asked.push(query);
    const answer = this.answers[query.query as Name];
    if (answer === undefined) throw DepotError.from({ code: "notFound", detail: `No answer laid out: ${query.query}` });
    return {
      answer: typeof answer === "function" ? answer(query) : (answer as unknown as AnswerTo<Name>),
      topics: ["drivers", "vehicles", "routes", "deliveries"],
      sequence: this.sequence,
    };
  }

  readonly subscribe = (listener: (change: Change) => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  async save<Name extends QueryName>(query: QueryOf<Name>, format: ExportFormat): Promise<Saved> {
    this.saved.push({ query, format });
    return { name: `list.${format}` };
  }

  async signIn(): Promise<void> {}

  async signOut(): Promise<void> {}

  fileUrl(hash: string): string {
    return `/files/${hash}`;
  }

  /** Says that something of these topics happened. */
  tell(change: Omit<Change, "sequence">): void {
    this.sequence += 1;
    for (const listener of this.#listeners) listener({ ...change, sequence: this.sequence });
  }
}
