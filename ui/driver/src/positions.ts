// Where the driver is, told to the depot every half minute while that is wanted. Keeps nothing, and sends nothing later.

/** How often the depot is told. */
export const EVERY_MS = 30_000;
const LOCATING = { enableHighAccuracy: true, timeout: 20_000, maximumAge: 10_000 } as const satisfies PositionOptions;
/** The depot believes no phone that knows less. */
const LEAST_ACCURATE_M = 100_000;

/**
 * - `off`: it is not wanted now
 * - `on`: the depot is told
 * - `denied`: the phone does not let this page know
 * - `noFix`: the phone does not know itself
 */
export type SharingState = "off" | "on" | "denied" | "noFix";

export interface Fix {
  readonly latitude: number;
  readonly longitude: number;
  readonly accuracyMeters: number;
  /** By the phone's own clock. */
  readonly at_ms: number;
}

interface Means {
  /** Undefined where the connection is not secure. */
  readonly geolocation: Pick<Geolocation, "getCurrentPosition"> | undefined;
  readonly send: (fix: Fix) => Promise<void>;
  readonly onState: (state: SharingState) => void;
}

export class PositionSharing {
  readonly #means: Means;
  #isWanted = false;
  /** An answer that comes after somebody changed their mind belongs to an earlier turn. */
  #turn = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(means: Means) {
    this.#means = means;
  }

  /** Whether this phone and this connection can at all. */
  get isPossible(): boolean {
    return this.#means.geolocation !== undefined;
  }

  want(isWanted: boolean): void {
    if (isWanted === this.#isWanted) return;
    this.#isWanted = isWanted;
    this.#turn += 1;
    clearTimeout(this.#timer);
    if (isWanted) void this.#tell(this.#turn);
    else this.#means.onState("off");
  }

  /** Asks the phone once, so that it asks the driver while they look at it. Says whether it may know. */
  async isAllowed(): Promise<boolean> {
    return (await this.#locate()) !== "denied";
  }

  async #tell(turn: number): Promise<void> {
    const found = await this.#locate();
    if (turn !== this.#turn) return;
    this.#means.onState(typeof found === "string" ? found : "on");
    // The depot that does not answer now is told of another place then.
    if (typeof found !== "string") await this.#means.send(found).catch(() => {});
    if (turn === this.#turn) this.#timer = setTimeout(() => void this.#tell(turn), EVERY_MS);
  }

  #locate(): Promise<Fix | "denied" | "noFix"> {
    return new Promise((resolve) => {
      if (this.#means.geolocation === undefined) return resolve("denied");
      this.#means.geolocation.getCurrentPosition(
        ({ coords: { latitude, longitude, accuracy }, timestamp }) =>
          resolve({ latitude, longitude, accuracyMeters: Math.min(accuracy, LEAST_ACCURATE_M), at_ms: Math.min(timestamp, Date.now()) }),
        ({ code }) => resolve(code === DENIED ? "denied" : "noFix"),
        LOCATING,
      );
    });
  }
}

/** `GeolocationPositionError.PERMISSION_DENIED`, which is not there where the connection is not secure. */
const DENIED = 1;
