// Photos as the depot takes them: small enough for a weak radio, without where they were taken.

/** A photo's longer side, in pixels, the best first: enough to read a label, some 300 KB. */
const SIDES_PX = [1600, 1200, 800] as const;
const QUALITY = 0.8;
/** The most bytes of a photo that the depot takes by name. */
const MAX_BYTES = 5 * 1024 * 1024;

/**
 * A photo drawn anew, smaller: what the camera wrote beside the picture, its position among it, is left behind. A device
 * that has no memory for one size is asked for the next.
 */
export async function smallerPhoto(original: Blob): Promise<Blob> {
  const picture = await load(original);
  for (const side_px of SIDES_PX) {
    // One size after the other: two at once would need the memory of both.
    // oxlint-disable-next-line no-await-in-loop
    const smaller = await drawn(picture, side_px).catch(() => null);
    if (smaller !== null && smaller.size <= MAX_BYTES) return smaller;
  }
  throw new Error("The picture could not be drawn.");
}

async function drawn(picture: HTMLImageElement, side_px: number): Promise<Blob | null> {
  const { naturalWidth: width, naturalHeight: height } = picture;
  const scale = Math.min(1, side_px / Math.max(width, height));
  // Halved step by step: a canvas that shrinks a picture many times at once drops most of its lines.
  let source: CanvasImageSource = picture;
  let [from_width, from_height] = [width, height];
  const target = [Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale))] as const;
  // The browser's own decoder makes the first and largest step.
  const start = Math.min(1, (4 * side_px) / Math.max(width, height));
  let [next_width, next_height] = [Math.round(width * start), Math.round(height * start)];
  for (;;) {
    const to_width = Math.max(target[0], Math.min(next_width, from_width));
    const to_height = Math.max(target[1], Math.min(next_height, from_height));
    const canvas = document.createElement("canvas");
    canvas.width = to_width;
    canvas.height = to_height;
    const context = canvas.getContext("2d");
    if (context === null) return null;
    context.imageSmoothingQuality = "high";
    // A picture without a background becomes one on paper, not on black.
    context.fillStyle = "white";
    context.fillRect(0, 0, to_width, to_height);
    context.drawImage(source, 0, 0, to_width, to_height);
    if (to_width === target[0] && to_height === target[1]) {
      return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));
    }
    source = canvas;
    [from_width, from_height] = [to_width, to_height];
    [next_width, next_height] = [Math.round(to_width / 2), Math.round(to_height / 2)];
  }
}

async function load(original: Blob): Promise<HTMLImageElement> {
  const url = URL.createObjectURL(original);
  try {
    const picture = new Image();
    picture.src = url;
    await picture.decode();
    return picture;
  } finally {
    URL.revokeObjectURL(url);
  }
}
