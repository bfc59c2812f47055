// Prints the page that is on show, by the window's own dialog or the browser's.
import type { Transport } from "@kit/protocol";

/** Not before every picture of `paper` is there: what is missing then is missing on the paper. */
export async function printPage({ native }: Transport, paper: HTMLElement | null = null): Promise<void> {
  const pictures = [...(paper?.querySelectorAll("img") ?? [])];
  await Promise.allSettled(pictures.map((picture) => picture.decode()));
  if (native === undefined) globalThis.print();
  else await native.print();
}
