// A gate between a phone and its depot: it can be shut for what the depot answers, and give the app in another version.
import http from "node:http";
import type { AddressInfo } from "node:net";
import type { Depot } from "./depot";

export class Gate {
  /** Shut, requests to the depot's interface break off; the app's own files still come. */
  isShut = false;
  /** Appended to the app's worker: any other byte of it is another version. */
  version = "";
  /** What the app's files wait for. */
  #files: Promise<void> | undefined;

  private constructor(
    private readonly server: http.Server,
    private readonly depot: Depot,
  ) {}

  static async before(depot: Depot): Promise<Gate> {
    const server = http.createServer((request, response) => {
      const isFile = request.url?.startsWith("/phone/") === true && request.url !== "/phone/sw.js";
      void Promise.resolve(isFile ? gate.#files : undefined).then(() => gate.#pass(request, response));
    });
    const gate = new Gate(server, depot);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return gate;
  }

  /** Where the phone goes. */
  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Holds the app's files back, but not its worker: another version is found, and not there until what is returned is called. */
  holdFiles(): () => void {
    let release: (() => void) | undefined;
    this.#files = new Promise((resolve) => (release = resolve));
    return () => release?.();
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  #pass(request: http.IncomingMessage, response: http.ServerResponse): void {
    const at = request.url ?? "/";
    if (this.isShut && (at.startsWith("/api/") || at.startsWith("/health"))) {
      request.socket.destroy();
      return;
    }
    const { hostname, port } = new URL(this.depot.url);
    const isWorker = at === "/phone/sw.js";
    const headers = { ...request.headers, ...(isWorker && { "accept-encoding": "identity" }) };
    const asked = http.request({ hostname, port, path: at, method: request.method, headers }, (answer) => {
      const { "content-length": length, ...rest } = answer.headers;
      const kept = isWorker || length === undefined ? rest : answer.headers;
      response.writeHead(answer.statusCode ?? 502, kept);
      answer.pipe(response, { end: !isWorker });
      if (isWorker) answer.once("end", () => response.end(this.version));
    });
    asked.once("error", () => response.destroy());
    response.once("close", () => asked.destroy());
    request.pipe(asked);
  }
}
