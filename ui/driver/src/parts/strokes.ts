// A signature's strokes in a space of their own, so that neither a turned phone nor another screen changes them.
import Pad from "signature_pad";
import type { PointGroup } from "signature_pad";

export type Strokes = readonly PointGroup[];

/** The pad in its own units. The page keeps its sides in this ratio. */
export const PAD = { width: 600, height: 250 } as const;
export const INK = "#10161f";
/** How far ink reaches beyond the points of a stroke, in the pad's units: half the widest line, and curves that swing out. */
const MARGIN = 12;

/** The strokes with everything in them as many times as large. */
export function scaled(strokes: Strokes, factor: number): PointGroup[] {
  return strokes.map((stroke) => ({
    ...stroke,
    dotSize: stroke.dotSize * factor,
    minWidth: stroke.minWidth * factor,
    maxWidth: stroke.maxWidth * factor,
    points: stroke.points.map((point) => ({ ...point, x: point.x * factor, y: point.y * factor })),
  }));
}

/** The drawing as SVG. Its box is the pad's, and wider where a stroke left the pad: nothing of it is cut off. */
export function svgOf(strokes: Strokes): string {
  const box = boxAround(strokes);
  const factor = Math.min(1, PAD.width / box.width, PAD.width / box.height);
  const moved = strokes.map((stroke) => ({
    ...stroke,
    points: stroke.points.map((point) => ({ ...point, x: point.x - box.x, y: point.y - box.y })),
  }));
  const canvas = document.createElement("canvas");
  const ratio = Math.max(window.devicePixelRatio || 1, 1);
  canvas.width = Math.ceil(box.width * factor * ratio);
  canvas.height = Math.ceil(box.height * factor * ratio);
  const pad = new Pad(canvas);
  pad.fromData(scaled(moved, factor));
  const svg = pad.toSVG();
  pad.off();
  return svg;
}

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

function boxAround(strokes: Strokes): Box {
  const points = strokes.flatMap((stroke) => stroke.points);
  const xs = points.map(({ x }) => x);
  const ys = points.map(({ y }) => y);
  const left = outermost(Math.min, 0, xs, -MARGIN);
  const top = outermost(Math.min, 0, ys, -MARGIN);
  const right = outermost(Math.max, PAD.width, xs, MARGIN);
  const bottom = outermost(Math.max, PAD.height, ys, MARGIN);
  return { x: left, y: top, width: right - left, height: bottom - top };
}

function outermost(pick: (one: number, other: number) => number, edge: number, values: readonly number[], margin: number): number {
  return values.reduce((found, value) => pick(found, value + margin), edge);
}
