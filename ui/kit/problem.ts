// The one error the desk knows: an RFC 9457 problem from the depot, or the failure to get one.

/** Codes made here rather than by the depot. */
export const UNREACHABLE = "unreachable";
export const UNEXPECTED = "unexpected";

/** Members that describe the problem itself; the rest are facts about the rule that was broken, `status` often among them. */
const STANDARD_MEMBERS = new Set(["type", "title", "detail", "instance", "code", "message"]);

export class DepotError extends Error {
  override readonly name = "DepotError";

  private constructor(
    /** Which rule or failure this is; stable, fit to branch on and to translate by. */
    readonly code: string,
    /** A sentence for people. */
    readonly detail: string,
    /** What the rule was broken by, such as the booking in the way. */
    readonly facts: Readonly<Record<string, unknown>>,
    options?: ErrorOptions,
  ) {
    super(detail, options);
  }

  /** Reads a problem object; anything else becomes `unexpected`, with the original kept as the cause. */
  static from(value: unknown): DepotError {
    if (value instanceof DepotError) return value;
    if (isRecord(value) && typeof value["code"] === "string") {
      const detail = [value["detail"], value["message"], value["title"]].find((text) => typeof text === "string");
      const facts = Object.fromEntries(Object.entries(value).filter(([member]) => !STANDARD_MEMBERS.has(member)));
      return new DepotError(value["code"], detail ?? value["code"], facts);
    }
    const detail = value instanceof Error ? value.message : String(value);
    return new DepotError(UNEXPECTED, detail, {}, { cause: value });
  }

  /** No answer came, so whether a command was carried out is unknown. */
  static unreachable(cause: unknown): DepotError {
    return new DepotError(UNREACHABLE, "The depot does not answer.", {}, { cause });
  }

  /** An answer came that is no problem object, as from a proxy in between. */
  static unexpectedStatus(status: number): DepotError {
    return new DepotError(UNEXPECTED, `The depot answered with status ${status}.`, { status });
  }

  /** The name of the rule that was broken, where a rule was. */
  get rule(): string | undefined {
    const rule = this.facts["rule"];
    return typeof rule === "string" ? rule : undefined;
  }

  /** How long to wait before the same is asked again, where the depot was asked too much at once. */
  get comeBackIn_ms(): number | undefined {
    const seconds = this.facts["retryAfter"];
    return this.code === "rateLimited" ? (typeof seconds === "number" ? seconds : 1) * 1_000 : undefined;
  }

  get isUnreachable(): boolean {
    return this.code === UNREACHABLE;
  }
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
