// The driver's own pad on a page of its own, drawn on by pointer events as a hand makes them: for `signatures.spec.ts`.
import { createRoot } from "react-dom/client";
import { SignaturePad } from "../driver/src/parts/SignaturePad";
import { svgOf } from "../driver/src/parts/strokes";
import type { Strokes } from "../driver/src/parts/strokes";
import { randomFrom } from "../driver/src/outbox/testing";

declare global {
  interface Window {
    /** Draws the signature of a seed; gives the SVG that the phone would send, undefined where the pad shows none. */
    signatureOf: (seed: number) => Promise<{ label: string; svg: string | undefined }>;
  }
}

let drawn: Strokes = [];
/** The pad drops points that come too soon after one another. Its clock moves with the hand rather than with this script. */
let clock_ms = Date.now();
Date.now = () => clock_ms;
const host = document.createElement("div");
document.body.append(host);
createRoot(host).render(<SignaturePad initial={[]} onChange={(strokes) => (drawn = strokes)} />);

type Random = () => number;
/** A hand's points, as parts of the pad's sides. */
type Hand = (random: Random) => Array<readonly [number, number]>;

const HANDS: Readonly<Record<string, Hand>> = {
  tap: (random) => [[random(), random()]],
  "two points": (random) => [[random(), random()], [random(), random()]],
  "very short": (random) => near(random, 2, 0.02),
  "three points": (random) => Array.from({ length: 3 }, () => [random(), random()] as const),
  "very long": (random) => walk(random, 200, 0.08),
  curve: (random) => walk(random, 4 + Math.floor(random() * 30), 0.15),
  fast: (random) => walk(random, 6, 0.6),
  "over the edge": (random) => walk(random, 12, 0.5, 1.5),
};

function near(random: Random, count: number, reach: number): Array<readonly [number, number]> {
  const [x, y] = [random(), random()];
  return Array.from({ length: count }, () => [x + (random() - 0.5) * reach, y + (random() - 0.5) * reach] as const);
}

function walk(random: Random, count: number, step: number, limit = 0.98): Array<readonly [number, number]> {
  let [x, y] = [random() * 0.9 + 0.05, random() * 0.9 + 0.05];
  const points: Array<readonly [number, number]> = [];
  for (let index = 0; index < count; index += 1) {
    points.push([x, y]);
    x = Math.min(limit, Math.max(1 - limit, x + (random() - 0.5) * step * 2));
    y = Math.min(limit, Math.max(1 - limit, y + (random() - 0.5) * step * 2));
  }
  return points;
}

window.signatureOf = async (seed) => {
  const random = randomFrom(seed);
  const canvas = document.querySelector("canvas");
  if (canvas === null) throw new Error("there is no pad");
  document.querySelector("button")?.click();
  await new Promise(requestAnimationFrame);
  drawn = [];
  const names = Object.keys(HANDS);
  const strokes = 1 + Math.floor(random() * (random() < 0.5 ? 1 : 5));
  const labels: string[] = [];
  for (let stroke = 0; stroke < strokes; stroke += 1) {
    const label = names[Math.floor(random() * names.length)] ?? "tap";
    labels.push(label);
    // Most hands are slower than the pad looks, some faster.
    draw(canvas, HANDS[label]?.(random) ?? [], random() < 0.5, random() < 0.8 ? 20 : 3);
  }
  await new Promise(requestAnimationFrame);
  return { label: labels.join(", "), svg: drawn.length === 0 ? undefined : svgOf(drawn) };
};

function draw(canvas: HTMLCanvasElement, points: ReadonlyArray<readonly [number, number]>, isTouch: boolean, step_ms: number): void {
  const box = canvas.getBoundingClientRect();
  const send = (target: EventTarget, type: string, [x, y]: readonly [number, number], isDown: boolean) =>
    target.dispatchEvent(
      new PointerEvent(type, {
        pointerId: 7,
        pointerType: isTouch ? "touch" : "pen",
        isPrimary: true,
        button: 0,
        buttons: isDown ? 1 : 0,
        pressure: isDown ? 0.5 : 0,
        clientX: box.left + x * box.width,
        clientY: box.top + y * box.height,
        bubbles: true,
        cancelable: true,
      }),
    );
  const [first = [0.5, 0.5] as const, ...rest] = points;
  send(canvas, "pointerdown", first, true);
  for (const point of rest) {
    clock_ms += step_ms;
    send(window, "pointermove", point, true);
  }
  clock_ms += step_ms;
  send(window, "pointerup", rest.at(-1) ?? first, false);
}
